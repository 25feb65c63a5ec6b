package dev.mesosshuffle.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who may read a file by its access control list, besides its owner. Immutable.
 *
 * @param users those that the list names
 * @param isForOthers whether a group, or everybody, may read it too
 */
record AccessList(Set<Integer> users, boolean isForOthers) {
    private static final String ATTRIBUTE = "system.posix_acl_access";

    /** More entries than any list that names one user. */
    private static final int MAX_BYTES = 4096;

    private static final int VERSION = 2;
    private static final int ENTRY_BYTES = 8;

    private static final int OWNER = 0x01;
    private static final int NAMED_USER = 0x02;
    private static final int MASK = 0x10;
    private static final int READS = 04;

    AccessList {
        users = Set.copyOf(users);
    }

    /**
     * Reads the list of a file. Works on the disk; the first call of the process loads {@link LinuxCalls}.
     *
     * @return null if it has none, or it cannot be read
     */
    static @Nullable AccessList of(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.allocateDirect(MAX_BYTES);
            long length = LinuxCalls.attribute(file, ATTRIBUTE, CLibrary.address(bytes), MAX_BYTES);
            return length < 0 ? null : parse(bytes.limit((int) length));
        } catch (LinkageError e) {
            // Not this kind of machine.
            return null;
        }
    }

    /** The kernel's form: a version, then a tag, permissions and an id for each entry. Null if it is another one. */
    static @Nullable AccessList parse(ByteBuffer bytes) {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < Integer.BYTES || bytes.getInt() != VERSION || bytes.remaining() % ENTRY_BYTES != 0) {
            return null;
        }
        Set<Integer> users = new TreeSet<>();
        boolean isForOthers = false;
        while (bytes.hasRemaining()) {
            int tag = bytes.getShort();
            boolean reads = (bytes.getShort() & READS) != 0;
            int id = bytes.getInt();
            // The mask only takes permissions away, and is not looked at: rather too many readers than too few.
            if (reads && tag == NAMED_USER) {
                users.add(id);
            } else if (reads && tag != OWNER && tag != MASK) {
                isForOthers = true;
            }
        }
        return new AccessList(users, isForOthers);
    }
}
