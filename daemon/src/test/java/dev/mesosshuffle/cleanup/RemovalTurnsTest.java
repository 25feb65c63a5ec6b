package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RemovalTurnsTest {
    private static final Path ROOT = Path.of("/root");

    private final RemovalTurns turns = new RemovalTurns();

    @Test
    void renamesAllDirsBeforeItDeletesAny() {
        add(renamed("a", "a1"));
        add(removal("a", "a2"));
        add(removal("b", "b1"));
        add(removal("b", "b2"));
        assertThat(taken()).containsExactly("a2", "b1", "b2", "a1");
    }

    @Test
    void applicationsTakeTurnsWhateverTheirDirs() {
        for (String name : List.of("a1", "a2", "a3")) {
            add(renamed("a", name));
        }
        add(renamed("b", "b1"));
        for (String name : List.of("c1", "c2")) {
            add(removal("c", name));
        }
        add(removal("d", "d1"));
        assertThat(taken()).containsExactly("c1", "d1", "c2", "a1", "b1", "a2", "a3");
    }

    @Test
    void checksOrphansAndTriesWhatIsHinderedLast() {
        DirRemoval hindered = renamed("a", "hindered");
        hindered.hindered();
        add(hindered);
        add(removal(null, "unchecked"));
        add(renamed(null, "orphan"));
        add(renamed("b", "b1"));
        add(removal("c", "c1"));
        assertThat(taken()).containsExactly("c1", "orphan", "b1", "hindered", "unchecked");
        assertThat(turns.size()).isZero();
    }

    @Test
    void aDeletionYieldsToAnotherApplicationAndToRenamesAndNotToItsOwn() {
        DirRemoval current = renamed("a", "a1");
        assertThat(turns.shouldYield(current, false, true)).isFalse();
        add(renamed("a", "a2"));
        add(removal(null, "unchecked"));
        assertThat(turns.shouldYield(current, false, true)).isFalse();
        add(renamed("b", "b1"));
        assertThat(turns.shouldYield(current, false, true)).isTrue();
        taken();
        add(removal("a", "a3"));
        assertThat(turns.shouldYield(current, false, true)).isTrue();
    }

    @Test
    void anOrphansDeletionYieldsToThatOfAnother() {
        DirRemoval current = renamed(null, "orphan1");
        assertThat(turns.shouldYield(current, true, true)).isFalse();
        add(renamed(null, "orphan2"));
        assertThat(turns.shouldYield(current, false, true)).isTrue();
    }

    @Test
    void aDeletionYieldsToWhatIsHinderedIfItDeletesNothingItself() {
        DirRemoval current = renamed("a", "a1");
        add(hindered("b", "b1", 0));
        assertThat(turns.shouldYield(current, true, true)).isFalse();
        assertThat(turns.shouldYield(current, true, false)).isTrue();
    }

    @Test
    void whatIsHinderedYieldsToEveryDeletion() {
        DirRemoval current = hindered("a", "a1", 0);
        assertThat(turns.shouldYield(current, true, true)).isFalse();
        add(renamed("a", "a2"));
        assertThat(turns.shouldYield(current, false, true)).isTrue();
    }

    @Test
    void whatIsHinderedYieldsToOthersOfItsKindOnceItsTurnIsUsedUp() {
        DirRemoval current = hindered("a", "a1", 0);
        add(hindered("b", "b1", 0));
        add(removal(null, "unchecked"));
        assertThat(turns.shouldYield(current, false, true)).isFalse();
        assertThat(turns.shouldYield(current, true, true)).isTrue();
    }

    @Test
    void anOrphansCheckYieldsToThatOfAnotherToo() {
        DirRemoval current = removal(null, "orphan1");
        add(removal(null, "orphan2"));
        assertThat(turns.shouldYield(current, false, true)).isFalse();
        assertThat(turns.shouldYield(current, true, true)).isTrue();
    }

    @Test
    void whoeverHasHadMoreTurnsInVainYieldsAtOnceAndComesLater() {
        DirRemoval current = hindered("a", "a1", 1);
        add(current);
        add(hindered("b", "b1", 2));
        add(hindered("c", "c1", 0));
        add(hindered("d", "d1", 1));
        assertThat(turns.size()).isEqualTo(4);
        assertThat(turns.shouldYield(current, false, true)).isTrue();
        assertThat(taken()).containsExactly("c1", "a1", "d1", "b1");
        add(hindered("b", "b1", 1));
        assertThat(turns.shouldYield(current, false, true)).isFalse();
    }

    @Test
    void eachAttemptBeginsWithAFirstTurn() {
        DirRemoval hindered = hindered("a", "a1", 3);
        hindered.failed();
        assertThat(hindered.turnsInVain()).isZero();
        DirRemoval orphan = removal(null, "orphan");
        orphan.turnInVain();
        assertThat(orphan.turnsInVain()).isEqualTo(1);
        orphan.renamed();
        assertThat(orphan.turnsInVain()).isZero();
        orphan.turnInVain();
        assertThat(orphan.turnsInVain())
                .as("each of its turns deletes something")
                .isZero();
    }

    private static DirRemoval hindered(String appId, String name, int turnsInVain) {
        DirRemoval removal = renamed(appId, name);
        removal.hindered();
        for (int i = 0; i < turnsInVain; i++) {
            removal.turnInVain();
        }
        return removal;
    }

    private void add(DirRemoval removal) {
        turns.add(removal);
    }

    private static DirRemoval removal(@Nullable String appId, String name) {
        return new DirRemoval(new StoredRemoval(new LocalDir(ROOT, ROOT.resolve(name)), appId, null));
    }

    private static DirRemoval renamed(@Nullable String appId, String name) {
        DirRemoval removal = removal(appId, name);
        removal.renamed();
        return removal;
    }

    private List<String> taken() {
        List<String> taken = new ArrayList<>();
        for (DirRemoval next = turns.poll(); next != null; next = turns.poll()) {
            taken.add(next.dir.path().getFileName().toString());
        }
        return taken;
    }
}
