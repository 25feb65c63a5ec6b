package dev.mesosshuffle.liveness;

import dev.mesosshuffle.registry.Registry;

/**
 * The tracked applications, and what every decision about one of them needs.
 *
 * @param apps the applications, each changed in atomic steps
 * @param registry where they are registered
 * @param clock the time that they are judged by
 * @param policy the rules, without the effect of the check interval
 */
record TrackingContext(TrackedApplications apps, Registry registry, PauseAwareClock clock, ExpiryPolicy policy) {}
