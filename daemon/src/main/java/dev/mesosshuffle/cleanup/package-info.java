/**
 * The only code that deletes files: which local dirs are accepted, and how they are removed. Start at {@code
 * Reclaimer}.
 */
@NullMarked
package dev.mesosshuffle.cleanup;

import org.jspecify.annotations.NullMarked;
