package dev.mesosshuffle.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDirCandidatesTest {
    private static final List<Path> ROOTS = List.of(Path.of("/d1/spark"), Path.of("/d2/spark"));
    private static final Path UNDER_ROOT = Path.of("/d1/spark/.mesos-shuffle-service");
    private static final Path UNDER_OTHER = Path.of("/d2/spark/.mesos-shuffle-service");
    private static final Path SYSTEMD = Path.of("/var/lib/of-systemd");

    @Test
    void prefersWhatWasSetAndKnowsTheOthersInOrder() {
        StateDirCandidates candidates = StateDirCandidates.of(
                new StateDirCandidates.Candidate(Path.of("/set"), "--conf"),
                Map.of("STATE_DIRECTORY", "/var/lib/of-systemd"),
                ROOTS);

        assertThat(candidates.candidates())
                .extracting(StateDirCandidates.Candidate::dir)
                .containsExactly(Path.of("/set"), SYSTEMD, UNDER_ROOT, UNDER_OTHER, StateDirCandidates.HOST_WIDE);
        assertThat(candidates.preferred().origin()).isEqualTo("--conf");
    }

    @Test
    void prefersTheFirstDirThatSystemdGives() {
        StateDirCandidates candidates =
                StateDirCandidates.of(null, Map.of("STATE_DIRECTORY", "/var/lib/of-systemd:/var/lib/other"), ROOTS);

        assertThat(candidates.preferred()).isEqualTo(new StateDirCandidates.Candidate(SYSTEMD, "STATE_DIRECTORY"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "relative/dir", ":/var/lib/second", "\0"})
    void staysOnTheFirstRootWithoutADirOfSystemd(String list) {
        StateDirCandidates candidates = StateDirCandidates.of(null, Map.of("STATE_DIRECTORY", list), ROOTS);

        assertThat(candidates.preferred()).isEqualTo(new StateDirCandidates.Candidate(UNDER_ROOT, "default"));
    }

    @Test
    void namesNoPlaceTwice() {
        StateDirCandidates candidates =
                StateDirCandidates.of(null, Map.of("STATE_DIRECTORY", UNDER_ROOT.toString()), ROOTS);

        assertThat(candidates.candidates())
                .extracting(StateDirCandidates.Candidate::dir)
                .containsExactly(UNDER_ROOT, UNDER_OTHER, StateDirCandidates.HOST_WIDE);
    }
}
