package dev.mesosshuffle.host;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** Links the native methods of a class with the C library of this process. For any thread. */
final class CLibrary {
    private CLibrary() {}

    /**
     * Links them; the first call loads JNA, which takes some 100 ms.
     *
     * @throws LinkageError if JNA does not load, or the C library lacks one of them
     */
    static void link(Class<?> type) {
        if (System.getProperty("jna.platform.library.path") == null) {
            // Else JNA runs ldconfig to find libraries, and none is looked for.
            System.setProperty("jna.platform.library.path", "");
        }
        Native.register(type, NativeLibrary.getProcess());
    }

    /** Where the memory of a direct buffer begins. It stays there as long as the buffer is reachable. */
    static long address(ByteBuffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }
}
