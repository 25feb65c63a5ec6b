package dev.mesosshuffle.blocks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;

/**
 * Unmaps a buffer at once. Java 17 unmaps it only when the garbage collector finds it, which in an idle daemon may take
 * days; {@code sun.misc.Unsafe} is the JDK's supported workaround until {@code MemorySegment}.
 */
final class BufferUnmapper {
    private static final MethodHandle CLEANER = cleaner();

    private BufferUnmapper() {}

    private static MethodHandle cleaner() {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field instance = unsafe.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Unmaps a buffer; nobody may use it afterwards. */
    static void unmap(MappedByteBuffer mapped) {
        try {
            CLEANER.invoke(mapped);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a buffer could not be unmapped", e);
        }
    }
}
