/**
 * A fetch after it was accepted: a connection's open streams, the chunks that are read, and the order of the replies.
 * Start at {@code FetchQueue}; everything of one connection is confined to its event loop.
 */
@NullMarked
package dev.mesosshuffle.fetch;

import org.jspecify.annotations.NullMarked;
