/**
 * Asks the Mesos master which frameworks live: what {@code liveness} declares as its {@code Master}, by the v1 operator
 * API. Start at {@code MasterClient}. The only place where the classes of Mesos are known.
 */
@NullMarked
package dev.mesosshuffle.mesos;

import org.jspecify.annotations.NullMarked;
