/**
 * Sockets, frames and connections. Bytes come in here, become a {@link dev.mesosshuffle.protocol} request, and go to
 * {@link dev.mesosshuffle.dispatch}; replies leave here as a header and a file region. Start at {@code ShuffleServer}.
 */
@NullMarked
package dev.mesosshuffle.transport;

import org.jspecify.annotations.NullMarked;
