/** Tests of the client against servers that speak as a Mesos master does. */
@NullMarked
package dev.mesosshuffle.mesos;

import org.jspecify.annotations.NullMarked;
