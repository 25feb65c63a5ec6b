/**
 * What is measured of the local roots: presence, free space, inodes. Each root has a thread of its own, so that no
 * caller waits for a disk that hangs. Start at {@code RootProbers}.
 */
@NullMarked
package dev.mesosshuffle.probes;

import org.jspecify.annotations.NullMarked;
