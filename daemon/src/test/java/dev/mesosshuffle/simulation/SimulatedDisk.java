package dev.mesosshuffle.simulation;

import dev.mesosshuffle.concurrent.DiskExecutor;
import dev.mesosshuffle.liveness.FaultyFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;

/** How one service is answered when it looks into local dirs: well, not at all yet, or with any failure. */
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

    /** Whether no look can be taken. */
    boolean isBroken() {
        return rejects || hangs || fails;
    }

    /** Lets every look fail, or hang, from now on; returns how, for people. */
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

    /** What was held up comes back, and all goes well from then on. */
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
