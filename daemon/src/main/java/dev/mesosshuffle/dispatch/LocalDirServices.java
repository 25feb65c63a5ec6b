package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.cleanup.BlockFileRemover;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.roots.RootMonitor;

/**
 * What protects local dirs. For any thread.
 *
 * @param policy decides which local dirs are accepted, and which root a dir claims to lie under
 * @param blockFileRemover deletes single block files
 * @param rootMonitor knows which root is unavailable
 */
public record LocalDirServices(LocalDirPolicy policy, BlockFileRemover blockFileRemover, RootMonitor rootMonitor) {}
