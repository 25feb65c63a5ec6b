package dev.mesosshuffle.cleanup;

import java.util.Set;

/** File systems that belong to one host: in one that hosts share, another host's processes could use a dir unseen. */
final class LocalFileSystems {
    private static final Set<String> TYPES = Set.of(
            "bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "reiserfs", "tmpfs", "xfs", "zfs");

    private LocalFileSystems() {}

    static boolean isOne(String type) {
        return TYPES.contains(type);
    }
}
