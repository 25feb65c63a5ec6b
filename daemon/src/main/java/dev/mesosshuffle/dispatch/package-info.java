/**
 * May this client ask, and who answers? One {@code Session} for each connection, confined to its event loop.
 */
@NullMarked
package dev.mesosshuffle.dispatch;

import org.jspecify.annotations.NullMarked;
