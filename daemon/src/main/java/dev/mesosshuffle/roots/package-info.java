/**
 * What is seen of the local roots, each by a thread of its own, so that nobody waits for a disk that hangs. Start at
 * {@code RootProbers}.
 */
@NullMarked
package dev.mesosshuffle.roots;

import org.jspecify.annotations.NullMarked;
