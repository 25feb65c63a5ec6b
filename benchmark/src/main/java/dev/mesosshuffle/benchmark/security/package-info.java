/** How a client proves itself to a service, and what goes over the wire then, by the JDK alone. Start at {@code Protection}. */
@NullMarked
package dev.mesosshuffle.benchmark.security;

import org.jspecify.annotations.NullMarked;
