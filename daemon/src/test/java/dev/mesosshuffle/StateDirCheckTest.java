package dev.mesosshuffle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.config.StateDirCandidates;
import dev.mesosshuffle.config.StateDirCandidates.Candidate;
import dev.mesosshuffle.host.PathTrust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of the places is that of a start. */
final class StateDirCheckTest {
    @TempDir
    private Path temp;

    private Path open;
    private Path first;
    private Path second;

    @BeforeEach
    void setUp() throws IOException {
        open = Files.createDirectory(temp.toRealPath().resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        first = Files.createDirectory(temp.toRealPath().resolve("first"));
        second = Files.createDirectory(temp.toRealPath().resolve("second"));
    }

    @Test
    void choosesTheFirstAndSaysNothing() throws IOException {
        StateDirCheck check = check("default", first, second);
        assertThat(check.chosen()).isEqualTo(first);
        assertThat(check.explanation()).isEmpty();
    }

    @Test
    void choosesTheLastAfterADefaultThatIsNotSafe() throws IOException {
        StateDirCheck check = check("default", open.resolve("state"), first, second);
        assertThat(check.chosen()).isEqualTo(second);
        assertThat(check.explanation())
                .startsWith("not used for the registry: " + open + " belongs to user")
                .endsWith("the registry is kept in " + second + "\n");
    }

    @Test
    void choosesTheNextInOrderIfTheHostsOwnWasTheOneThatIsNotSafe() throws IOException {
        Files.setPosixFilePermissions(second, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path third = Files.createDirectory(first.resolveSibling("third"));
        assertThat(check("default", second, first, third).chosen()).isEqualTo(first);
    }

    @Test
    void choosesNoneForOneThatWasConfigured() throws IOException {
        StateDirCheck check = check("--conf", open.resolve("state"), first, second);
        assertThat(check.chosen()).isNull();
        assertThat(check.refused()).hasSize(1);
    }

    private StateDirCheck check(String origin, Path... dirs) throws IOException {
        List<Candidate> candidates =
                Stream.of(dirs).map(dir -> new Candidate(dir, origin)).toList();
        return StateDirCheck.of(new StateDirCandidates(candidates), PathTrust.ofThisProcess(), second);
    }
}
