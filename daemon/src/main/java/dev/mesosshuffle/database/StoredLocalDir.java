package dev.mesosshuffle.database;

import dev.mesosshuffle.model.LocalDir;

/**
 * Which application a local dir belongs to.
 *
 * @param dir the dir
 * @param appId its owner, one of the applications
 * @param rootInode the inode of the dir's root when the dir was registered: a root that has another one now is another
 *     disk, or one that is not mounted, and tells nothing about this dir
 */
public record StoredLocalDir(LocalDir dir, String appId, long rootInode) {}
