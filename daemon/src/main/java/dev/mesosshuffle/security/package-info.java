/**
 * Who a client is, and what protects its connection: handshakes, keys, ciphers, secrets, TLS. Formats are Spark's, primitives
 * are the JDK's.
 */
@NullMarked
package dev.mesosshuffle.security;

import org.jspecify.annotations.NullMarked;
