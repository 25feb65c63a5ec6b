/**
 * Everything that a client and a service can agree on to authenticate and to encrypt, and what shows on the wire of it.
 * Start at {@code ProtectionMode}.
 */
@NullMarked
package dev.mesosshuffle.it.security;

import org.jspecify.annotations.NullMarked;
