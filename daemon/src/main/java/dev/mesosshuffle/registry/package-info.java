/**
 * Which applications and executors exist, and which local directories they own. Start at {@code Registry}.
 */
@NullMarked
package dev.mesosshuffle.registry;

import org.jspecify.annotations.NullMarked;
