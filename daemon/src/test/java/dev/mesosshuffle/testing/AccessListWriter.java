package dev.mesosshuffle.testing;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Gives files access control lists, for which the JDK has no means on Linux. */
public final class AccessListWriter {
    private static final int NO_ID = -1;
    private static final int VERSION = 2;
    private static final int MAX_BYTES = 256;
    private static final int READ = 4;

    static {
        Native.register(AccessListWriter.class, NativeLibrary.getProcess());
    }

    private final ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private AccessListWriter() {
        bytes.putInt(VERSION);
    }

    /** A list by which the owner may read. Entries are added in the order of these methods. */
    public static AccessListWriter ofOwner() {
        return new AccessListWriter().add(0x01, READ, NO_ID);
    }

    public AccessListWriter user(int id) {
        return add(0x02, READ, id);
    }

    /** The file's own group, which each list has. */
    public AccessListWriter owningGroup(boolean reads) {
        return add(0x04, reads ? READ : 0, NO_ID);
    }

    public AccessListWriter group(int id) {
        return add(0x08, READ, id);
    }

    private AccessListWriter add(int tag, int permissions, int id) {
        bytes.putShort((short) tag).putShort((short) permissions).putInt(id);
        return this;
    }

    /** The kernel's form, with the mask and with nothing for all others. */
    public ByteBuffer encoded() {
        add(0x10, READ, NO_ID).add(0x20, 0, NO_ID);
        return ByteBuffer.wrap(bytes.array(), 0, bytes.position());
    }

    /** Writes the list, which makes the file's mode 0440; passes the test over where the file system has no lists. */
    public void writeTo(Path file) {
        ByteBuffer encoded = encoded();
        int result =
                lsetxattr(text(file.toString()), text("system.posix_acl_access"), bytes.array(), encoded.limit(), 0);
        Assumptions.assumeTrue(result == 0, "no access control lists in the file system of " + file);
    }

    private static byte[] text(String text) {
        return (text + '\0').getBytes(StandardCharsets.UTF_8);
    }

    private static native int lsetxattr(byte[] path, byte[] name, byte[] value, long size, int flags);
}
