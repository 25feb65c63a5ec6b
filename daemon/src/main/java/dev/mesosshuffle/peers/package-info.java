/**
 * The registries of services on other ports of this host, and what they own. Start at {@code PeerRegistries}.
 */
@NullMarked
package dev.mesosshuffle.peers;

import org.jspecify.annotations.NullMarked;
