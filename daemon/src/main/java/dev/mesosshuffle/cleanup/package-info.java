/**
 * Decides which local dirs are accepted, and removes them: the only package that deletes files, which the build checks.
 * Start at {@code Reclaimer} and {@code LocalDirPolicy}.
 */
@NullMarked
package dev.mesosshuffle.cleanup;

import org.jspecify.annotations.NullMarked;
