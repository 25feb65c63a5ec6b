/**
 * Attacks on a running daemon: each hostile client, file or name works beside a healthy client that must not notice. Start at
 * {@code NetworkAttacksIT}.
 */
@NullMarked
package dev.mesosshuffle.attack;

import org.jspecify.annotations.NullMarked;
