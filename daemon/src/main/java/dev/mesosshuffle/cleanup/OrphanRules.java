package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.WallClock;
import dev.mesosshuffle.store.Registries;
import dev.mesosshuffle.store.StoreException;
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
public final class OrphanRules {
    /** By how much the clock may have been set right during boot, with files written before. */
    private static final Duration BOOT_MARGIN = Duration.ofMinutes(1);

    /** A process that made a dir at once is not younger than the dir by the times that the kernel gives them. */
    private static final Duration PROCESS_MARGIN = Duration.ofSeconds(2);

    private final LocalDirPolicy policy;
    private final Registries registries;
    private final Predicate<Path> claimed;
    private final WallClock clock;
    private final Duration timeout;
    private final ProcessIdentity identity;
    private final Supplier<HostView> hostView;
    private final TimeLimiter limiter;

    OrphanRules(
            LocalDirPolicy policy,
            Registries registries,
            Predicate<Path> claimed,
            WallClock clock,
            Duration timeout,
            ProcessIdentity identity,
            Supplier<HostView> hostView) {
        this(policy, registries, claimed, clock, timeout, identity, hostView, TimeLimiter.unlimited());
    }

    private OrphanRules(
            LocalDirPolicy policy,
            Registries registries,
            Predicate<Path> claimed,
            WallClock clock,
            Duration timeout,
            ProcessIdentity identity,
            Supplier<HostView> hostView,
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
    public static OrphanRules of(
            LocalDirPolicy policy,
            Registries registries,
            Predicate<Path> claimed,
            WallClock clock,
            Duration timeout,
            TimeLimiter limiter)
            throws IOException {
        return new OrphanRules(
                policy, registries, claimed, clock, timeout, ProcessIdentity.current(), HostView::now, limiter);
    }

    Registries registries() {
        return registries;
    }

    boolean isClaimed(Path dir) {
        return claimed.test(dir);
    }

    /** What must not be deleted with what it lies in: the roots, and the dirs of registries. */
    Set<Path> keepOut() throws IOException {
        Set<Path> keepOut = new HashSet<>(policy.realRoots());
        try {
            keepOut.addAll(registries.realStateDirs());
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
        return keepOut;
    }

    /** Looks at the host, for a bounded time: one of the open files that are looked at may lie on a disk that hangs. */
    HostView viewHost() throws IOException {
        try {
            return limiter.call(hostView::get);
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
     * @throws StaysException if it is no orphan, with the reason
     * @throws IOException if that cannot be told
     */
    Orphan judge(LocalDir dir, HostView view, BooleanSupplier stopped) throws IOException, StaysException {
        String fileSystem = Files.getFileStore(dir.root()).type();
        if (!LocalFileSystems.isOne(fileSystem)) {
            throw new StaysException("other hosts may use its file system, " + fileSystem);
        }
        TreeLook look = new TreeLook(dir, clock, quietFor(view), view.openFiles(), identity, stopped);
        look.look();
        int owner = ProcessIdentity.owner(dir.path());
        for (OpenFiles.SparkProcess process : view.openFiles().sparkProcesses()) {
            if (process.uid() == owner && mayBeOf(process, view, look.quiet())) {
                throw new StaysException("it may belong to Spark process " + process.pid() + ", which was there when it"
                        + " last changed " + look.quiet().toSeconds() + " s ago");
            }
        }
        return new Orphan(dir, look.bytes(), look.quiet());
    }

    private Duration quietFor(HostView view) throws StaysException {
        Duration uptime = view.uptime();
        Duration sinceBoot = uptime == null ? null : uptime.plus(BOOT_MARGIN);
        String blindness = view.openFiles().blindness();
        if (blindness == null) {
            return sinceBoot == null || timeout.compareTo(sinceBoot) < 0 ? timeout : sinceBoot;
        }
        if (sinceBoot == null) {
            throw new StaysException(blindness + ", and when the host was booted cannot be told");
        }
        return sinceBoot;
    }

    private static boolean mayBeOf(OpenFiles.SparkProcess process, HostView view, Duration quiet) {
        Duration uptime = view.uptime();
        return uptime == null
                || uptime.minus(process.started()).plus(PROCESS_MARGIN).compareTo(quiet) >= 0;
    }

    /**
     * Judges a dir once more, just before it is renamed: the intent to delete it is stored, so that nobody registers it
     * any more, but somebody may have before, or may have begun to use it.
     *
     * @return the reason why it must stay; null if there is none, or the dir is not there under its own name any more
     * @throws IOException if that cannot be told
     */
    @Nullable
    String reasonToStay(LocalDir dir, BooleanSupplier stopped) throws IOException {
        if (Files.notExists(dir.path(), LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try {
            if (claimed.test(dir.path()) || registries.isOwned(dir.path())) {
                return "an application has registered it";
            }
            var unused = judge(dir, viewHost(), stopped);
            return registries.hindrance(dir.root());
        } catch (StaysException e) {
            return e.getMessage();
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
