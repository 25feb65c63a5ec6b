package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With a dir that looks like {@code /proc}, and with real processes where they can show it. */
final class OpenFilesTest {
    @TempDir
    private Path temp;

    private FakeProc proc;
    private Path file;

    @BeforeEach
    void setUp() throws IOException {
        proc = new FakeProc(temp.toRealPath().resolve("proc"));
        file = Files.createFile(temp.resolve("file"));
    }

    @Test
    void seesEverythingOnAHost() {
        assertThat(inspect().visibilityGap()).isNull();
    }

    @Test
    void knowsWhatIsOpenAndWhatIsNot() throws IOException {
        Path closed = Files.createFile(temp.resolve("closed"));
        proc.opens(1, file);
        proc.opens(1, Path.of("socket:[1]"));
        OpenFiles files = inspect();
        assertThat(files.contains(key(file))).isTrue();
        assertThat(files.contains(key(closed))).isFalse();
        assertThat(files.visibilityGap()).isNull();
    }

    @Test
    void knowsAFileByAnyOfItsPaths() throws IOException {
        // As a process in a container sees it.
        proc.opens(1, Files.createLink(temp.resolve("elsewhere"), file));
        assertThat(inspect().contains(key(file))).isTrue();
    }

    @Test
    void knowsWhereProcessesWork() throws IOException {
        Path dir = Files.createDirectory(temp.resolve("dir"));
        assertThat(inspect().contains(key(dir))).isFalse();
        Files.delete(proc.dir.resolve("1/cwd"));
        Files.createSymbolicLink(proc.dir.resolve("1/cwd"), dir);
        assertThat(inspect().contains(key(dir))).isTrue();
    }

    @Test
    void isBlindInAPidNamespaceOfItsOwn() throws IOException {
        proc.namespace("pid", "pid:[4026532180]");
        assertThat(inspect().visibilityGap()).contains("PID namespace of its own", "4026532180");
    }

    @Test
    void isBlindWhereProcIsAnotherNamespaces() {
        assertThat(OpenFiles.inspect(proc.dir, FakeProc.SELF + 1).visibilityGap())
                .contains("belongs to another PID namespace");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw,hidepid=invisible", "rw,hidepid=2", "rw,subset=pid"})
    void isBlindWhereProcHidesProcesses(String options) throws IOException {
        proc.mounted(options);
        assertThat(inspect().visibilityGap()).contains("hides processes");
    }

    @Test
    void isBlindIfAProcessCannotBeLookedInto() throws IOException {
        Path fd = proc.process(77, "secret", Duration.ZERO).resolve("fd");
        Files.delete(fd);
        // A link to itself: what cannot be read, even by root.
        Files.createSymbolicLink(fd, fd);
        proc.opens(1, file);
        OpenFiles files = inspect();
        assertThat(files.visibilityGap()).isEqualTo("the open files of process 77 cannot be seen");
        // What is seen counts all the same.
        assertThat(files.contains(key(file))).isTrue();
    }

    @Test
    void isBlindIfOneOpenFileCannotBeLookedAt() throws IOException {
        Path link = proc.dir.resolve("1/fd/9");
        Files.createSymbolicLink(link, link);
        assertThat(inspect().visibilityGap()).isEqualTo("the open files of process 1 cannot be seen");
    }

    @Test
    void isBlindWithoutProc() {
        assertThat(OpenFiles.inspect(temp.resolve("nothing"), FakeProc.SELF).visibilityGap())
                .contains("cannot be read");
    }

    @Test
    void isNotBlindForAFileThatIsClosedMeanwhile() throws IOException {
        proc.opens(1, temp.resolve("gone"));
        assertThat(inspect().visibilityGap()).isNull();
    }

    @Test
    void tellsSparkProcessesFromOthers() throws IOException {
        proc.process(7, "java -cp x org.apache.spark.deploy.SparkSubmit --class A", Duration.ofMillis(90_120));
        proc.process(8, "vi org.apache.spark", Duration.ZERO);
        assertThat(inspect().sparkProcesses())
                .containsExactly(
                        new OpenFiles.SparkProcess("7", ProcessCredentials.owner(temp), Duration.ofMillis(90_120)));
    }

    @Test
    void seesWhatARealProcessHasOpen() throws Exception {
        Path input = Files.writeString(temp.resolve("script"), "exec 3< \"$1\"; echo ready; read line\n");
        Process process = new ProcessBuilder("sh", input.toString(), file.toString())
                .directory(temp.toFile())
                .start();
        try {
            assertThat(process.getInputStream().read()).isEqualTo('r');
            OpenFiles files =
                    OpenFiles.inspect(Path.of("/proc"), ProcessHandle.current().pid());
            assertThat(files.contains(key(file))).isTrue();
            assertThat(files.contains(key(temp))).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        OpenFiles files =
                OpenFiles.inspect(Path.of("/proc"), ProcessHandle.current().pid());
        assertThat(files.contains(key(file))).isFalse();
        assertThat(files.contains(key(temp))).isFalse();
    }

    @Test
    void cannotSeeIntoAnotherUsersProcess() throws IOException {
        Path fd = proc.process(77, "secret", Duration.ZERO).resolve("fd");
        Files.setPosixFilePermissions(fd, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(fd), "root may read everything");
        assertThat(inspect().visibilityGap()).isEqualTo("the open files of process 77 cannot be seen");
    }

    private OpenFiles inspect() {
        return OpenFiles.inspect(proc.dir, FakeProc.SELF);
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }
}
