/**
 * From a block id to a segment of a file. Start at {@code BlockResolver}; all its file work runs on the disk pools.
 */
@NullMarked
package dev.mesosshuffle.blocks;

import org.jspecify.annotations.NullMarked;
