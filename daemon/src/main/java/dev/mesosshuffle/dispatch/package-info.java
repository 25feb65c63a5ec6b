/**
 * Routes requests: checks whether a client may send one, and passes it to its handler. Start at {@code Session}, one for
 * each connection, confined to its event loop.
 */
@NullMarked
package dev.mesosshuffle.dispatch;

import org.jspecify.annotations.NullMarked;
