/**
 * What this host says of processes, mounts, open files and directories; reads only.
 */
@NullMarked
package dev.mesosshuffle.host;

import org.jspecify.annotations.NullMarked;
