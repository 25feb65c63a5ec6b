package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Local dirs that this process cannot inspect or delete. */
final class LocalDirAccessTest {
    private final MetricRegistry metrics = new MetricRegistry();

    @TempDir
    private Path temp;

    private Path root;
    private LocalDirPolicy policy;

    @BeforeEach
    void setUp() throws IOException {
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        policy = LocalDirPolicy.of(List.of(root), metrics);
    }

    @Test
    void refusesADirThatThisProcessMayNotEnterAndRead() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        LocalDirPolicy ofStranger = withAccess(checked -> {
            throw new AccessDeniedException(checked.toString());
        });
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> ofStranger.accept(dir.toString()))
                .withMessageEndingWith(
                        "a directory that this service may enter and read; does it run as the executors' user?)")
                .satisfies(refused -> assertThat(refused.detail())
                        .startsWith(dir + " belongs to user ")
                        .contains(", and this service runs as user "));
    }

    @Test
    void explainsEachReasonWhyADirCannotBeInspected() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        LocalDirPolicy onBadDisk = withAccess(checked -> {
            throw new FileSystemException(checked.toString(), null, "Input/output error");
        });
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> onBadDisk.accept(dir.toString()))
                .withMessageEndingWith(
                        "(expected: a directory that can be inspected, which failed: Input/output error)");
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> policy.accept(root + "/blockmgr-" + "x".repeat(300)))
                .withMessageEndingWith("which failed: File name too long)");
    }

    @Test
    void doesNotTakeALackOfDescriptorsForAReasonToRefuse() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        LocalDirPolicy withoutDescriptors = withAccess(checked -> {
            throw new FileSystemException(checked.toString(), null, "Too many open files");
        });
        assertThatExceptionOfType(LocalDirUnknownException.class)
                .isThrownBy(() -> withoutDescriptors.accept(dir.toString()))
                .withMessageStartingWith("overloaded: local dir " + dir)
                .withMessageContaining("LimitNOFILE");
    }

    @Test
    void checksWithTheKernelWhetherADirMayBeEnteredAndRead() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        // Even root may not execute what nobody may.
        assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> DirAccess.OF_THIS_PROCESS.check(file));
        DirAccess.OF_THIS_PROCESS.check(root);
    }

    private LocalDirPolicy withAccess(DirAccess access) throws IOException {
        return LocalDirPolicy.of(List.of(root), access, ProcessCredentials.current(), new MetricRegistry());
    }

    @Test
    void warnsOnceOfDirsThatItCouldNotDelete() throws Exception {
        for (String name : List.of("blockmgr-1", "blockmgr-2", "spark-1/blockmgr-3")) {
            Path dir = Files.createDirectories(root.resolve(name));
            Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        ProcessCredentials nobody = new ProcessCredentials(65_534, Set.of(65_534), false, false);
        MetricRegistry counted = new MetricRegistry();
        LocalDirPolicy ofNobody = LocalDirPolicy.of(List.of(root), DirAccess.OF_THIS_PROCESS, nobody, counted);
        try (LogCapture log = LogCapture.ofPackages(LocalDirPolicy.class)) {
            for (String name : List.of("blockmgr-1", "blockmgr-2", "spark-1/blockmgr-3")) {
                ofNobody.accept(root + "/" + name);
            }
            assertThat(log.lines()).singleElement().asString().contains("blockmgr-1", "65534", "executors' user");
        }
        assertThat(counted.counter("shuffleService.cleanup.undeletableDirs").getCount())
                .isEqualTo(3);
    }

    @Test
    void doesNotWarnOfDirsThatItCouldDelete() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        try (LogCapture log = LogCapture.ofPackages(LocalDirPolicy.class)) {
            policy.accept(dir.toString());
            assertThat(log.lines()).isEmpty();
        }
        assertThat(metrics.counter("shuffleService.cleanup.undeletableDirs").getCount())
                .isZero();
    }
}
