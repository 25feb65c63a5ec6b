/**
 * Resolves a block id to a segment of a file. Start at {@code BlockResolver}; files are read on the threads of disks.
 */
@NullMarked
package dev.mesosshuffle.blocks;

import org.jspecify.annotations.NullMarked;
