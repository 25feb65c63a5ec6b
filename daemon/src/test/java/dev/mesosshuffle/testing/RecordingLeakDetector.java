package dev.mesosshuffle.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Netty's leak detector, which keeps what it finds, so that a test can fail because of it. The build names this class
 * in {@code io.netty.customResourceLeakDetector}, and sets the level to paranoid.
 *
 * @param <T> what is watched
 */
public final class RecordingLeakDetector<T> extends ResourceLeakDetector<T> {
    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

    /** Called by Netty, by reflection. */
    public RecordingLeakDetector(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
    }

    /** Called by Netty, by reflection. */
    @SuppressWarnings("UnusedVariable")
    public RecordingLeakDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
        super(resourceType, samplingInterval);
    }

    /** What was dropped without being released so far in this JVM, with where it was touched. */
    public static List<String> leaks() {
        for (int i = 0; i < 3; i++) {
            System.gc();
            // Leaks are noticed when the next buffer is made.
            ByteBuf next = PooledByteBufAllocator.DEFAULT.directBuffer();
            next.release();
        }
        return List.copyOf(LEAKS);
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        LEAKS.add(resourceType + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        LEAKS.add(resourceType);
    }
}
