/** The services that are measured, each in a process of its own. Start at {@code RunningService}. */
@NullMarked
package dev.mesosshuffle.benchmark.service;

import org.jspecify.annotations.NullMarked;
