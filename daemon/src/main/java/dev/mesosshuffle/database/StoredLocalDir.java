package dev.mesosshuffle.database;

import dev.mesosshuffle.model.LocalDir;

/**
 * The ownership of a local directory.
 *
 * @param dir the directory
 * @param appId its owner, one of the applications
 * @param rootInode the inode of its root when it was registered: if the root has another one now, it is on another disk,
 *     or its disk is not mounted, and a missing directory is not evidence of its deletion
 */
public record StoredLocalDir(LocalDir dir, String appId, long rootInode) {}
