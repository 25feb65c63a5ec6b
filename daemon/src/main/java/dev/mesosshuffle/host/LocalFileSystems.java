package dev.mesosshuffle.host;

import java.util.Set;

/** The types of file systems that belong to one host. In a shared one, another host's processes could use a dir unseen. */
public final class LocalFileSystems {
    private static final Set<String> TYPES = Set.of(
            "bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "reiserfs", "tmpfs", "xfs", "zfs");

    private LocalFileSystems() {}

    /** Returns whether a type, as {@link java.nio.file.FileStore#type} names it, belongs to one host. */
    public static boolean contains(String type) {
        return TYPES.contains(type);
    }
}
