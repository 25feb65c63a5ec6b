package dev.mesosshuffle.status;

import dev.mesosshuffle.concurrent.DiskActivity;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.probes.FileSystemUsage;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.probes.RootSnapshot;
import dev.mesosshuffle.probes.RootState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The disks.
 *
 * <p><b>Concurrency:</b> for any thread; waits for no disk.
 */
public final class DiskViews {
    private final RootProbers probers;
    private final Function<Path, DiskActivity> activity;
    private final LoadHistory load;

    /**
     * Creates views.
     *
     * @param probers probe the roots
     * @param activity returns what the threads of a root do, by its configured path
     * @param load knows how long their tasks took
     */
    public DiskViews(RootProbers probers, Function<Path, DiskActivity> activity, LoadHistory load) {
        this.probers = probers;
        this.activity = activity;
        this.load = load;
    }

    /** Returns all configured roots. */
    public List<DiskView> all() {
        return probers.roots().stream().map(this::view).toList();
    }

    private DiskView view(Path root) {
        RootState state = probers.state(root);
        String unavailability = state.unavailability();
        return new DiskView(
                Sanitizer.printable(root.toString()),
                unavailability == null ? null : ErrorMessages.oneLine(unavailability),
                state.isUnresponsive(),
                capacity(state),
                activity.apply(root),
                load.diskLatency(root));
    }

    private static DiskView.@Nullable Capacity capacity(RootState state) {
        RootSnapshot last = state.last();
        if (last == null) {
            return null;
        }
        FileSystemUsage usage = last.usage();
        FileSystemUsage.Inodes inodes = usage.inodes();
        return new DiskView.Capacity(
                usage.freeBytes(),
                usage.totalBytes(),
                inodes.isKnown() ? inodes.free() : null,
                inodes.isKnown() ? inodes.total() : null,
                Objects.requireNonNullElse(state.age(), Duration.ZERO));
    }
}
