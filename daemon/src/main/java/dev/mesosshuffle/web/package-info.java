/**
 * The admin server: HTTP for operators, on a socket, an event loop and threads of its own, so that nothing it does holds up
 * the serving of blocks. Start at {@code AdminServer}; what it serves are {@code Route}s that others give it.
 */
@NullMarked
package dev.mesosshuffle.web;

import org.jspecify.annotations.NullMarked;
