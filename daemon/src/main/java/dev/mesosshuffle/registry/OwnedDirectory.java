package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.LocalDir;

/**
 * A local directory that belongs to an application.
 *
 * @param dir the directory
 * @param rootInode the inode of its root when it was registered: as long as the root has another one, its disk is not
 *     mounted, and missing files are not evidence
 */
public record OwnedDirectory(LocalDir dir, long rootInode) {}
