package dev.mesosshuffle.orphans;

import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.OrphanCheck;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.database.StoreException;
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
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When a dir that no registry names is an orphan. It is one if
 *
 * <ul>
 *   <li>nothing in it, at any depth, has changed since the host's boot; or nothing has for the orphan timeout, while this
 *       process sees what every process of the host has open;
 *   <li>no process that is seen has anything in it open, or works in it;
 *   <li>no Spark process of its owner is as old as that last change: it could be that one's, since a driver that has
 *       nothing to write for days holds no file open;
 *   <li>nothing is mounted in it, its file system is this host's alone, and this process could delete all of it.
 * </ul>
 *
 * <p>Where one of these cannot be told, it is none. May be used by any thread; works on the disk.
 */
public final class OrphanPolicy implements OrphanCheck {
    /** By how much the clock may have been set right during boot, with files written before. */
    private static final Duration BOOT_MARGIN = Duration.ofMinutes(1);

    /** A process that made a dir at once is not younger than the dir by the times that the kernel gives them. */
    private static final Duration PROCESS_MARGIN = Duration.ofSeconds(2);

    private final LocalDirPolicy policy;
    private final PeerRegistries registries;
    private final Predicate<Path> claimed;
    private final FileAgeClock clock;
    private final Duration timeout;
    private final ProcessCredentials identity;
    private final Supplier<HostSnapshot> hostView;
    private final TimeLimiter limiter;

    public OrphanPolicy(
            LocalDirPolicy policy,
            PeerRegistries registries,
            Predicate<Path> claimed,
            FileAgeClock clock,
            Duration timeout,
            ProcessCredentials identity,
            Supplier<HostSnapshot> hostView) {
        this(policy, registries, claimed, clock, timeout, identity, hostView, TimeLimiter.unlimited());
    }

    private OrphanPolicy(
            LocalDirPolicy policy,
            PeerRegistries registries,
            Predicate<Path> claimed,
            FileAgeClock clock,
            Duration timeout,
            ProcessCredentials identity,
            Supplier<HostSnapshot> hostView,
            TimeLimiter limiter) {
        this.policy = policy;
        this.registries = registries;
        this.claimed = claimed;
        this.clock = clock;
        this.timeout = timeout;
        this.identity = identity;
        this.hostView = hostView;
        this.limiter = limiter;
    }

    /**
     * Makes rules.
     *
     * @param policy knows the roots
     * @param registries what the services of this host name
     * @param claimed tells whether this service's registry holds a claim, stored or not, to a dir, or to what lies in it
     *     or above it
     * @param clock tells how old a file's time is
     * @param timeout for how long nothing may have changed
     * @param limiter looks at what the host's processes have open
     * @return the rules
     * @throws IOException if this process cannot learn who it is
     */
    public static OrphanPolicy of(
            LocalDirPolicy policy,
            PeerRegistries registries,
            Predicate<Path> claimed,
            FileAgeClock clock,
            Duration timeout,
            TimeLimiter limiter)
            throws IOException {
        return new OrphanPolicy(
                policy, registries, claimed, clock, timeout, ProcessCredentials.current(), HostSnapshot::now, limiter);
    }

    @Override
    public PeerRegistries registries() {
        return registries;
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

    /** Looks at the host, for a bounded time: one of the open files that are looked at may lie on a disk that hangs. */
    HostSnapshot viewHost() throws IOException {
        try {
            return limiter.call("one of the files that this host's processes have open", hostView::get);
        } catch (ExecutionException e) {
            throw new IOException("what is in use cannot be told: " + e.getCause(), e);
        }
    }

    /**
     * Judges a dir, but for whether a registry names it.
     *
     * @param dir the dir
     * @param view what is seen of the host, just now
     * @param stopped asked before each file, on which occasion it may take its time
     * @throws NotAnOrphanException if it is no orphan, with the reason
     * @throws IOException if that cannot be told
     */
    Orphan judge(LocalDir dir, HostSnapshot view, BooleanSupplier stopped) throws IOException, NotAnOrphanException {
        String fileSystem = Files.getFileStore(dir.root()).type();
        if (!LocalFileSystems.isOne(fileSystem)) {
            throw new NotAnOrphanException("other hosts may use its file system, " + fileSystem);
        }
        TreeInspector look = new TreeInspector(dir, clock, quietFor(view), view.openFiles(), identity, stopped);
        look.look();
        int owner = ProcessCredentials.owner(dir.path());
        for (OpenFiles.SparkProcess process : view.openFiles().sparkProcesses()) {
            if (process.uid() == owner && mayBeOf(process, view, look.quiet())) {
                throw new NotAnOrphanException(
                        "it may belong to Spark process " + process.pid() + ", which was there when it"
                                + " last changed " + look.quiet().toSeconds() + " s ago");
            }
        }
        return new Orphan(dir, look.bytes(), look.quiet());
    }

    private Duration quietFor(HostSnapshot view) throws NotAnOrphanException {
        Duration uptime = view.uptime();
        Duration sinceBoot = uptime == null ? null : uptime.plus(BOOT_MARGIN);
        String blindness = view.openFiles().blindness();
        if (blindness == null) {
            return sinceBoot == null || timeout.compareTo(sinceBoot) < 0 ? timeout : sinceBoot;
        }
        if (sinceBoot == null) {
            throw new NotAnOrphanException(blindness + ", and when the host was booted cannot be told");
        }
        return sinceBoot;
    }

    private static boolean mayBeOf(OpenFiles.SparkProcess process, HostSnapshot view, Duration quiet) {
        Duration uptime = view.uptime();
        return uptime == null
                || uptime.minus(process.started()).plus(PROCESS_MARGIN).compareTo(quiet) >= 0;
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
            var unused = judge(dir, viewHost(), stopped);
            return registries.hindrance(dir.root());
        } catch (NotAnOrphanException e) {
            return e.getMessage();
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
