/**
 * Fetches the frameworks from the Mesos master through its v1 operator API; implements {@code liveness.MesosMaster}. Start at {@code MasterClient}. The only package that uses the classes of Mesos.
 */
@NullMarked
package dev.mesosshuffle.mesos;

import org.jspecify.annotations.NullMarked;
