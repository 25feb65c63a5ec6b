/**
 * Who is over: a deadline for each application, and the periodic check. Start at {@code LivenessMonitor}.
 */
@NullMarked
package dev.mesosshuffle.liveness;

import org.jspecify.annotations.NullMarked;
