package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.client.SparkClients;
import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons that share a root in which somebody left dirs behind before the host was booted. */
final class OrphansIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final FileTime BEFORE_ANY_BOOT = FileTime.fromMillis(0);
    private static final Pattern ORPHANS = Pattern.compile("orphans\\.[A-Za-z]+: ");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void deletesWhatNeitherOfTwoDaemonsKnows() throws Exception {
        ServiceSettings first = ServiceSettings.in(folder, ServiceKind.underTest());
        ServiceSettings second = new ServiceSettings(
                first.kind(),
                first.memory(),
                Files.createDirectory(folder.resolve("second")),
                first.localRoot(),
                FreePort.find(),
                Map.of(),
                List.of());
        LocalDirs registered = dirs(first.localRoot(), "registered");
        LocalDirs young = dirs(first.localRoot(), "young");
        LocalDirs left = dirs(first.localRoot(), "left");
        try (ManagedProcess other = second.start()) {
            try (SparkClient client =
                    SparkClients.connect(SparkVersion.V3_5_9, second.port(), "app-of-the-second", Map.of())) {
                client.registerExecutor("0", registered.names(), registered.subDirsPerLocalDir());
            }
            // Its registry is there as well when it does not run.
            other.kill();
        }
        makeOld(registered);
        makeOld(left);
        try (ManagedProcess reporting = first.start()) {
            reporting.await(
                    "INFO orphans.OrphanReporter: Orphans under .* 1 dir with 1.0 KiB \\("
                            + LocalDirs.dirName("left", 0) + "\\)",
                    SOON);
            assertThat(left.dirs().get(0)).isDirectory();
        }
        try (ManagedProcess deleting =
                first.with("spark.mesos.shuffle.service.orphans", "delete").start()) {
            deleting.await(
                    "INFO orphans.OrphanReporter: Deleting orphans under .*" + LocalDirs.dirName("left", 0), SOON);
            Await.until("the orphan's end", SOON, () -> isGone(left.dirs().get(0)));
            assertThat(young.file("data")).hasSize(1024);
            assertThat(registered.file("data")).hasSize(1024);
            assertThat(deleting.output().linesWith(ORPHANS)).hasSizeLessThanOrEqualTo(2);
        }
    }

    private static boolean isGone(Path dir) {
        return Files.notExists(dir) && Files.notExists(dir.resolveSibling("going-" + dir.getFileName()));
    }

    private static LocalDirs dirs(Path root, String name) throws IOException {
        LocalDirs dirs = LocalDirs.create(root, name, 1);
        dirs.write("data", new byte[1024]);
        return dirs;
    }

    private static void makeOld(LocalDirs dirs) throws IOException {
        try (Stream<Path> paths = Files.walk(dirs.dirs().get(0))) {
            for (Path path : paths.toList()) {
                Files.setLastModifiedTime(path, BEFORE_ANY_BOOT);
            }
        }
    }
}
