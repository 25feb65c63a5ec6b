/**
 * What operators can see of the daemon: immutable views, the one source of every face that shows them. Start at {@code
 * StatusSource}. No view waits for a disk or an event loop; what only a disk can tell is the last value, with its age.
 */
@NullMarked
package dev.mesosshuffle.status;

import org.jspecify.annotations.NullMarked;
