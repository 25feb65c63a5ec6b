package dev.mesosshuffle.host;

import java.util.Set;

/** File systems that belong to one host: in one that hosts share, another host's processes could use a dir unseen. */
public final class LocalFileSystems {
    private static final Set<String> TYPES = Set.of(
            "bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "reiserfs", "tmpfs", "xfs", "zfs");

    private LocalFileSystems() {}

    public static boolean isOne(String type) {
        return TYPES.contains(type);
    }
}
