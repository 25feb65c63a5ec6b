/**
 * Which applications and executors exist, and which local dirs belong to whom. Start at {@code Registry}.
 */
@NullMarked
package dev.mesosshuffle.registry;

import org.jspecify.annotations.NullMarked;
