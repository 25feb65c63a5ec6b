package dev.mesosshuffle.orphans;

import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.OrphanCheck;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.host.HostInspector;
import dev.mesosshuffle.host.HostSnapshot;
import dev.mesosshuffle.host.LocalFileSystems;
import dev.mesosshuffle.host.OpenFiles;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.peers.PeerRegistries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a dir that no registry names is an orphan. It is one if
 *
 * <ul>
 *   <li>nothing in it, at any depth, has changed since the host's boot, or within the orphan timeout while this process
 *       sees the open files of every process of the host;
 *   <li>no visible process has anything in it open, or works in it;
 *   <li>no Spark process of its owner is as old as that last change. The dir could belong to such a process, because a
 *       driver that has nothing to write for days holds no file open;
 *   <li>nothing is mounted in it, its file system belongs to this host alone, and this process can delete all of it.
 * </ul>
 *
 * <p>Where one of these cannot be determined, it is no orphan. For any thread; works on the disk.
 */
public final class OrphanPolicy implements OrphanCheck {
    /** By how much the clock may have been corrected during boot, after files were written. */
    private static final Duration BOOT_MARGIN = Duration.ofMinutes(1);

    /** The error of the kernel's times: a process that creates a dir as it starts may appear younger than the dir. */
    private static final Duration PROCESS_MARGIN = Duration.ofSeconds(2);

    private final LocalDirPolicy policy;
    private final PeerRegistries registries;
    private final Predicate<Path> claimed;
    private final FileAgeClock clock;
    private final Duration timeout;
    private final ProcessCredentials credentials;
    private final HostInspector host;

    /**
     * Creates a policy.
     *
     * @param policy knows the roots
     * @param registries what the services of this host name
     * @param claimed returns whether this service's registry holds a claim, stored or not, to a dir, or to what lies in it
     *     or above it
     * @param clock determines the age of a file's time
     * @param timeout for how long nothing may have changed
     * @param credentials those of the process that deletes
     * @param host shows which files the host's processes have open
     */
    public OrphanPolicy(
            LocalDirPolicy policy,
            PeerRegistries registries,
            Predicate<Path> claimed,
            FileAgeClock clock,
            Duration timeout,
            ProcessCredentials credentials,
            HostInspector host) {
        this.policy = policy;
        this.registries = registries;
        this.claimed = claimed;
        this.clock = clock;
        this.timeout = timeout;
        this.credentials = credentials;
        this.host = host;
    }

    PeerRegistries registries() {
        return registries;
    }

    boolean mayBeOrphan(Path below) {
        return policy.mayBeOrphan(below);
    }

    boolean isClaimed(Path dir) {
        return claimed.test(dir);
    }

    @Override
    public Set<Path> protectedPaths() throws IOException {
        Set<Path> paths = new HashSet<>(policy.realRoots());
        try {
            paths.addAll(registries.realStateDirs());
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
        return paths;
    }

    HostSnapshot inspectHost() throws IOException {
        return host.inspect();
    }

    /**
     * Judges a dir, except for whether a registry names it.
     *
     * @param snapshot a current one of the host
     * @param stopped is polled before each file, and may pause; true ends the inspection
     * @throws NotAnOrphanException if it is no orphan, with the reason
     * @throws IOException if that cannot be determined
     */
    Orphan judge(LocalDir dir, HostSnapshot snapshot, BooleanSupplier stopped)
            throws IOException, NotAnOrphanException {
        String fileSystem = Files.getFileStore(dir.root()).type();
        if (!LocalFileSystems.contains(fileSystem)) {
            throw new NotAnOrphanException("other hosts may use its file system, " + fileSystem);
        }
        TreeInspector inspector =
                new TreeInspector(dir, clock, minIdle(snapshot), snapshot.openFiles(), credentials, stopped);
        inspector.inspect();
        int owner = ProcessCredentials.owner(dir.path());
        for (OpenFiles.SparkProcess process : snapshot.openFiles().sparkProcesses()) {
            if (process.uid() == owner && mayOwn(process, snapshot, inspector.idle())) {
                throw new NotAnOrphanException(
                        "it may belong to Spark process " + process.pid() + ", which existed at its last change "
                                + inspector.idle().toSeconds() + " s ago");
            }
        }
        return new Orphan(dir, inspector.bytes(), inspector.idle());
    }

    private Duration minIdle(HostSnapshot snapshot) throws NotAnOrphanException {
        Duration uptime = snapshot.uptime();
        Duration sinceBoot = uptime == null ? null : uptime.plus(BOOT_MARGIN);
        String visibilityGap = snapshot.openFiles().visibilityGap();
        if (visibilityGap == null) {
            return sinceBoot == null || timeout.compareTo(sinceBoot) < 0 ? timeout : sinceBoot;
        }
        if (sinceBoot == null) {
            throw new NotAnOrphanException(visibilityGap + ", and the time of the host's boot is unknown");
        }
        return sinceBoot;
    }

    private static boolean mayOwn(OpenFiles.SparkProcess process, HostSnapshot snapshot, Duration idle) {
        Duration uptime = snapshot.uptime();
        return uptime == null
                || uptime.minus(process.started()).plus(PROCESS_MARGIN).compareTo(idle) >= 0;
    }

    @Override
    public @Nullable String retentionReason(LocalDir dir, BooleanSupplier stopped) throws IOException {
        if (Files.notExists(dir.path(), LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try {
            if (claimed.test(dir.path()) || registries.isOwned(dir.path())) {
                return "an application has registered it";
            }
            var unused = judge(dir, host.inspect(), stopped);
            return registries.hindrance(dir.root());
        } catch (NotAnOrphanException e) {
            return e.getMessage();
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
