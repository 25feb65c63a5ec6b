/**
 * Spark's protocol written byte by byte, for what none of its clients would send or no test could run a thousand times: frames,
 * messages, handshakes. Start at {@code WireClient}.
 */
@NullMarked
package dev.mesosshuffle.it.wire;

import org.jspecify.annotations.NullMarked;
