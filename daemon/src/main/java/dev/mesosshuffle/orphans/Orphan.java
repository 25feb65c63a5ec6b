package dev.mesosshuffle.orphans;

import dev.mesosshuffle.model.LocalDir;
import java.time.Duration;

/**
 * A dir that no registry names and no process uses.
 *
 * @param dir the dir
 * @param bytes the size of its files
 * @param idle the time since the last change of anything in it
 */
public record Orphan(LocalDir dir, long bytes, Duration idle) {}
