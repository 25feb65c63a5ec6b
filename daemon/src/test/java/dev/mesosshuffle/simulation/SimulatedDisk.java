package dev.mesosshuffle.simulation;

import dev.mesosshuffle.concurrent.DiskExecutor;
import dev.mesosshuffle.liveness.FaultyFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;

/** The disk that one service's scans see: healthy, hanging, or failing in any way. */
final class SimulatedDisk implements DiskExecutor {
    private static final List<FaultyFiles.Fault> FAULTS = List.of(FaultyFiles.Fault.values());

    final FaultyFiles files = new FaultyFiles();

    private final List<Runnable> held = new ArrayList<>();
    private boolean rejects;
    private boolean hangs;
    private boolean fails;

    @Override
    public void execute(Path root, Runnable task) {
        if (rejects) {
            throw new RejectedExecutionException("full for a test");
        }
        if (hangs) {
            held.add(task);
        } else {
            task.run();
        }
    }

    /** Whether no scan can succeed. */
    boolean isBroken() {
        return rejects || hangs || fails;
    }

    /** Lets every scan fail, or hang, from now on; returns how, for people. */
    String breakDown(Random random) {
        mend();
        int kind = random.nextInt(FAULTS.size() + 4);
        if (kind < 2) {
            rejects = true;
            return "rejected";
        }
        if (kind < 4) {
            hangs = true;
            return "held up";
        }
        fails = true;
        FaultyFiles.Fault fault = FAULTS.get(kind - 4);
        files.fail(fault);
        return fault.toString();
    }

    /** Scans that were held up return, and all succeed from then on. */
    void mend() {
        rejects = false;
        hangs = false;
        fails = false;
        files.fail(null);
        List<Runnable> tasks = List.copyOf(held);
        held.clear();
        tasks.forEach(Runnable::run);
    }

    /** The process is gone, and with it what it waited for. */
    void forget() {
        held.clear();
    }
}
