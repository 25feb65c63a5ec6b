package dev.mesosshuffle.blocks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;

/**
 * Takes a mapping away at once. Java 17 does so only when the garbage collector finds the buffer, which in a quiet
 * daemon may be days; {@code sun.misc.Unsafe} is the JDK's supported way around that until {@code MemorySegment}.
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

    /** Takes a mapping away; nobody may use it after this. */
    static void unmap(MappedByteBuffer mapped) {
        try {
            CLEANER.invoke(mapped);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a mapping could not be taken away", e);
        }
    }
}
