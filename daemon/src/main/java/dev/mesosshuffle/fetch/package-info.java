/**
 * Serves chunks: the open streams of a connection, the limit of chunks in flight, the reads on the threads of disks, and
 * the order of the replies. Start at {@code ChunkFetcher}; everything of one connection is confined to its event loop.
 */
@NullMarked
package dev.mesosshuffle.fetch;

import org.jspecify.annotations.NullMarked;
