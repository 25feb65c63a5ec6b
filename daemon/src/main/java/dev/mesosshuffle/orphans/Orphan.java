package dev.mesosshuffle.orphans;

import dev.mesosshuffle.model.LocalDir;
import java.time.Duration;

/**
 * A dir that no registry names and nobody uses.
 *
 * @param dir the dir
 * @param bytes what its files hold
 * @param quiet how long ago anything in it last changed
 */
public record Orphan(LocalDir dir, long bytes, Duration quiet) {}
