/**
 * Directories that no service knows: found, judged, and handed to {@code cleanup}. Start at {@code OrphanScanner}.
 */
@NullMarked
package dev.mesosshuffle.orphans;

import org.jspecify.annotations.NullMarked;
