/**
 * What operators see of the recent past: {@link dev.mesosshuffle.events.RecentEvents}, of fixed size.
 */
@NullMarked
package dev.mesosshuffle.events;

import org.jspecify.annotations.NullMarked;
