package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.LocalDir;

/**
 * A local dir that belongs to an application.
 *
 * @param dir the dir
 * @param rootInode the inode of its root when it was registered: as long as the root has another one, its disk is not
 *     mounted, and what is not there says nothing
 */
public record OwnedDirectory(LocalDir dir, long rootInode) {}
