/**
 * Applications in an operator's hand: the daemon's side of {@code mesos-shuffle-service apps}, {@code keep}, {@code
 * release} and {@code remove}, and the command line's side. Start at {@code ControlServer}; what is asked is answered by
 * {@code AdminCommands}.
 */
@NullMarked
package dev.mesosshuffle.admin;

import org.jspecify.annotations.NullMarked;
