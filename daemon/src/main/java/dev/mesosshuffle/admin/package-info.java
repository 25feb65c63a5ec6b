/**
 * The operators' commands: the daemon's side of {@code mesos-shuffle-service apps}, {@code keep}, {@code
 * release} and {@code remove}, and the command line's side. Start at {@code ControlServer}; {@code AdminCommands} carries out the
 * commands.
 */
@NullMarked
package dev.mesosshuffle.admin;

import org.jspecify.annotations.NullMarked;
