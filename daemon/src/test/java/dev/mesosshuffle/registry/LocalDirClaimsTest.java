package dev.mesosshuffle.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalDirClaimsTest {
    private final LocalDirClaims claims = new LocalDirClaims();
    private final List<LocalDirClaims.Claim> owned = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"x/blockmgr-1", "x/blockmgr-1/y/blockmgr-2", "x"})
    void conflictsWithTheSameDirAndOneInsideOrAbove(String path) {
        restore("app-1", dir("x/blockmgr-1"));

        LocalDirClaims.Claim conflict = claims.conflict("app-2", dir(path));

        assertThat(conflict).isNotNull();
        assertThat(conflict.appId()).isEqualTo("app-1");
        assertThat(conflict.dir()).isEqualTo(dir("x/blockmgr-1"));
        assertThat(claims.conflict("app-1", dir(path))).as("its own").isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x/blockmgr-10", "x/blockmgr-", "x/blockmgr-1.", "x/blockmgr-1-", "blockmgr-1", "y/blockmgr-1"})
    void hasNothingAgainstADirBeside(String path) {
        restore("app-1", dir("x/blockmgr-1"));

        assertThat(claims.conflict("app-2", dir(path))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "x/blockmgr-1, true",
        "x/blockmgr-1/y, true",
        "x, true",
        "x/blockmgr-10, false",
        "x/blockmgr-, false",
        "y, false",
        "blockmgr-1, false"
    })
    void tellsWhetherAnybodyClaimsADirOrWhatIsInsideOrAbove(String path, boolean claimed) {
        restore("app-1", dir("x/blockmgr-1"));

        assertThat(claims.isClaimed(dir(path).path())).isEqualTo(claimed);
    }

    @Test
    void tellsNothingOfAClaimThatEnded() {
        restore("app-1", dir("x/blockmgr-1"));
        owned.forEach(claims::remove);

        assertThat(claims.isClaimed(dir("x").path())).isFalse();
        assertThat(claims.isClaimed(dir("x/blockmgr-1").path())).isFalse();
    }

    @Test
    void findsAnotherOnesDirAmongItsOwn() {
        restore("app-1", dir("x/a"));
        restore("app-2", dir("x/b"));
        restore("app-1", dir("x/c"));

        LocalDirClaims.Claim conflict = claims.conflict("app-1", dir("x"));

        assertThat(conflict).isNotNull();
        assertThat(conflict.appId()).isEqualTo("app-2");
    }

    @Test
    void conflictsAlsoWithADirAboveAnotherRoot() {
        restore("app-1", new LocalDir(Path.of("/data/x/y"), Path.of("/data/x/y/blockmgr-1")));

        assertThat(claims.conflict("app-2", dir("x"))).isNotNull();
        assertThat(claims.conflict("app-1", dir("x"))).isNull();
        assertThat(claims.conflict("app-2", dir("z"))).isNull();
        assertThat(claims.isClaimed(dir("x").path())).isTrue();
        assertThat(claims.isClaimed(dir("z").path())).isFalse();
    }

    @Test
    void conflictsAlsoAcrossRootsThatContainEachOther() {
        restore("app-1", new LocalDir(Path.of("/data"), Path.of("/data/x/blockmgr-1")));

        assertThat(claims.conflict(
                        "app-2", new LocalDir(Path.of("/data/x/blockmgr-1"), Path.of("/data/x/blockmgr-1/blockmgr-2"))))
                .isNotNull();
    }

    @Test
    void isFreeOnceTheOnlyRegistrationHasFailed() {
        LocalDirClaims.Claim claim = claims.acquire(stored("app-1", dir("x")), owned);
        assertThat(claims.conflict("app-2", dir("x"))).isSameAs(claim);

        assertThat(claims.release(claim)).isTrue();

        assertThat(claims.conflict("app-2", dir("x"))).isNull();
    }

    @Test
    void staysWhenOneOfTwoRegistrationsHasFailed() {
        LocalDirClaims.Claim first = claims.acquire(stored("app-1", dir("x")), owned);
        LocalDirClaims.Claim second = claims.acquire(stored("app-1", dir("x")), owned);

        assertThat(claims.release(first)).isFalse();

        assertThat(claims.conflict("app-2", dir("x"))).isNotNull();
        claims.keep(second);
        assertThat(claims.conflict("app-2", dir("x"))).isNotNull();
    }

    @Test
    void staysWhenAnEarlierRegistrationWasPersisted() {
        restore("app-1", dir("x"));

        assertThat(claims.release(claims.acquire(stored("app-1", dir("x")), owned)))
                .isFalse();

        assertThat(claims.conflict("app-2", dir("x"))).isNotNull();
    }

    @Test
    void isFreeOnceItsApplicationIsRemoved() {
        restore("app-1", dir("x"));
        restore("app-1", dir("y"));

        claims.remove(owned.get(0));

        assertThat(claims.conflict("app-2", dir("x"))).isNull();
        assertThat(claims.conflict("app-2", dir("y"))).isNotNull();
    }

    @Test
    void knowsARootByEachInodeThatItHadWhenADirWasLastRegistered() {
        Path root = dir("x").root();
        restore("app-1", dir("x"), 7);
        restore("app-1", dir("y"), 7);
        restore("app-1", dir("z"), 8);
        assertThat(claims.rootInodes()).isEqualTo(Map.of(root, Set.of(7L, 8L)));

        restore("app-1", dir("z"), 9);
        assertThat(claims.rootInodes()).as("registered again").isEqualTo(Map.of(root, Set.of(7L, 9L)));

        claims.remove(owned.get(0));
        assertThat(claims.rootInodes()).as("one of two is removed").isEqualTo(Map.of(root, Set.of(7L, 9L)));

        claims.remove(owned.get(1));
        assertThat(claims.rootInodes()).as("both are removed").isEqualTo(Map.of(root, Set.of(9L)));

        claims.remove(owned.get(2));
        assertThat(claims.rootInodes()).isEmpty();
    }

    @Test
    void countsADirUnderTheRootItHadWhenItIsRegisteredUnderAnother() {
        LocalDir dir = dir("inner/x");
        restore("app-1", dir, 7);
        restore("app-1", new LocalDir(Path.of("/data/inner"), dir.path()), 8);
        assertThat(claims.rootInodes()).isEqualTo(Map.of(dir.root(), Set.of(8L)));

        claims.remove(owned.get(0));
        assertThat(claims.rootInodes()).isEmpty();
    }

    @Test
    void countsClaimsInsideUntilTheLastIsRemoved() {
        restore("app-1", dir("x/y/blockmgr-1"));
        restore("app-1", dir("x/y/blockmgr-2"));

        claims.remove(owned.get(0));
        assertThat(claims.conflict("app-2", dir("x/y"))).isNotNull();
        claims.remove(owned.get(1));

        assertThat(claims.conflict("app-2", dir("x/y"))).isNull();
        assertThat(claims.conflict("app-2", dir("x"))).isNull();
    }

    @Test
    void addsAClaimToItsApplicationOnce() {
        restore("app-1", dir("x"));
        restore("app-1", dir("x"));

        assertThat(owned).hasSize(1);
    }

    private void restore(String appId, LocalDir dir) {
        restore(appId, dir, 7);
    }

    private void restore(String appId, LocalDir dir, long rootInode) {
        claims.restore(new StoredLocalDir(dir, appId, rootInode), owned);
    }

    private static LocalDir dir(String path) {
        return new LocalDir(Path.of("/data"), Path.of("/data").resolve(path));
    }

    private static StoredLocalDir stored(String appId, LocalDir dir) {
        return new StoredLocalDir(dir, appId, 7);
    }
}
