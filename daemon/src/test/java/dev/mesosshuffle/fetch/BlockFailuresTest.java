package dev.mesosshuffle.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.testing.LogCapture;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockFailuresTest {
    @TempDir
    private Path temp;

    private final LogCapture log = LogCapture.of(BlockFailures.class);
    private final BlockFailures failures = new BlockFailures(new RateLimitedLogger(() -> 0));
    private Path file;

    @BeforeEach
    void listen() throws IOException {
        file = Files.createFile(temp.resolve("data"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void logsOncePerApplicationWhoseAFileIsThatMayNotBeRead() throws Exception {
        for (String app : List.of("app", "app", "other", "app")) {
            warn(app, new AccessDeniedException(file.toString()));
        }
        int owner = (Integer) Files.getAttribute(file, "unix:uid");
        assertThat(log.messages()).hasSize(2);
        assertThat(log.messages().get(0))
                .contains(
                        "appId=app",
                        file + " belongs to user " + owner + " (mode rw-------), and this service runs as user ",
                        "Run this service as the executors' user.");
        assertThat(log.messages().get(1)).contains("appId=other");
    }

    @Test
    void namesTheDirThatHidesAFile() {
        file = file.resolve("no").resolve("dir");
        warn("app", new AccessDeniedException(file.toString()));
        assertThat(log.messages().get(0)).contains(temp.resolve("data") + " belongs to user ");
    }

    @Test
    void doesNotHideADiskThatFailsBehindFilesThatAreGoneOrCut() {
        for (int time = 0; time < 3; time++) {
            warn("app", new NoSuchFileException(file.toString()));
            warn("app", new EOFException("file ended at 5 (expected: a byte at 6)"));
            warn("app", new FileSystemException(file.toString(), null, "Input/output error"));
        }
        assertThat(log.messages()).hasSize(3);
        assertThat(log.messages().get(0)).endsWith(file + ": No such file or directory");
        assertThat(log.messages().get(1)).endsWith("file ended at 5 (expected: a byte at 6)");
        assertThat(log.messages().get(2)).endsWith(file + ": Input/output error. Check the disk.");
    }

    private void warn(String app, IOException failure) {
        failures.warn("shuffle_0_1_2", new AppExecId(app, "1"), "/127.0.0.1:1", file, failure);
    }
}
