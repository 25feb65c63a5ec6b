/**
 * Which applications have expired: the state of each application, the rules by which it changes, and the periodic
 * check. Start at {@code LivenessMonitor}; the states are drawn at {@code AppState}; the rules are in {@code
 * LivenessMonitor}, {@code FrameworkStatus} (the master) and {@code TrackedApplications} (restarts).
 */
@NullMarked
package dev.mesosshuffle.liveness;

import org.jspecify.annotations.NullMarked;
