/**
 * Sockets, frames and connections. Decodes the input into {@link dev.mesosshuffle.protocol} requests, passes them to {@link
 * dev.mesosshuffle.dispatch}, and sends replies from buffers and files. Start at {@code ShuffleServer}.
 */
@NullMarked
package dev.mesosshuffle.transport;

import org.jspecify.annotations.NullMarked;
