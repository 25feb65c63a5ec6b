package dev.mesosshuffle.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.testing.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InodeCounterTest {
    private static final FileSystemUsage.Inodes UNKNOWN = FileSystemUsage.Inodes.UNKNOWN;

    @TempDir
    private Path temp;

    private long now;

    @Test
    void countsThoseOfARealFileSystem() throws IOException {
        Mount mount = Mount.tmpfs(temp.resolve("few"), "1m,nr_inodes=100");
        try (mount) {
            InodeCounter counter = InodeCounter.usingStat(() -> now);
            FileSystemUsage.Inodes before = counter.count(temp.resolve("few"));
            assertThat(before.total()).isEqualTo(100);
            assertThat(before.free()).isBetween(1L, 99L);
            Files.createFile(temp.resolve("few/file"));
            assertThat(counter.count(temp.resolve("few"))).isEqualTo(before);
            now += InodeCounter.MIN_INTERVAL.toNanos();
            assertThat(counter.count(temp.resolve("few")).free()).isEqualTo(before.free() - 1);
        }
    }

    @Test
    void doesWithoutWhereThereIsNoSuchCommand() {
        assertThat(counter("/nowhere/stat").count(temp)).isEqualTo(UNKNOWN);
    }

    @Test
    void doesWithoutWhereTheCommandSaysSomethingElse() {
        assertThat(counter("echo", "stat: unrecognized option").count(temp)).isEqualTo(UNKNOWN);
    }

    @Test
    void keepsWhatItCountedWhenItCannotCountAgain() throws IOException {
        Path script = Files.writeString(temp.resolve("stat.sh"), "cat '" + temp.resolve("answer") + "'");
        Files.writeString(temp.resolve("answer"), "10 5\n");
        InodeCounter counter = counter("sh", script.toString());
        assertThat(counter.count(temp)).isEqualTo(new FileSystemUsage.Inodes(5, 10));
        Files.delete(temp.resolve("answer"));
        now += InodeCounter.MAX_INTERVAL.toNanos();
        assertThat(counter.count(temp)).isEqualTo(new FileSystemUsage.Inodes(5, 10));
    }

    private InodeCounter counter(String... command) {
        return new InodeCounter(List.of(command), () -> now);
    }

    @ParameterizedTest
    @CsvSource({"0, 10", "1000, 10", "1500000, 15", "6000000, 60", "900000000, 60"})
    void asksAgainNoSoonerThanAllCouldBeUsedUp(long free, long seconds) {
        assertThat(InodeCounter.interval(new FileSystemUsage.Inodes(free, 1_000_000_000)))
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void hardlyAsksAgainWhereThereIsNoLimit() throws IOException {
        assertThat(InodeCounter.interval(InodeCounter.parse("0 0\n"))).isEqualTo(InodeCounter.UNKNOWN_INTERVAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "10 11", "10 -1", "10 5 1", "a b", "99999999999999999999 1"})
    void believesNothingElseThanTwoNumbers(String output) {
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> InodeCounter.parse(output));
    }
}
