package dev.mesosshuffle.security;

import java.security.SecureRandom;

/**
 * Random bytes for salts and nonces: the key stream of AES/CTR from a random key and counter. These values travel in clear
 * and are no secret, but must never repeat under one key. Those of one instance cannot be distinguished from random ones, and two
 * instances never share a key. The system's own generator takes a lock and a system call, too much for each message.
 *
 * <p><b>Concurrency:</b> confined to a thread.
 */
final class KeyStreamRandom {
    private static final int BUFFER_BYTES = 4 * 1024;

    private final CtrStream stream;
    private final byte[] zeros = new byte[BUFFER_BYTES];
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int used = BUFFER_BYTES;

    /** Takes a key and a counter from a source of true randomness. */
    KeyStreamRandom(SecureRandom seed) {
        byte[] key = new byte[32];
        byte[] iv = new byte[16];
        seed.nextBytes(key);
        seed.nextBytes(iv);
        stream = new CtrStream(key, iv);
    }

    /** Fills an array of at most a few hundred bytes. */
    void fill(byte[] target) {
        if (BUFFER_BYTES - used < target.length) {
            stream.apply(zeros, BUFFER_BYTES, buffer);
            used = 0;
        }
        System.arraycopy(buffer, used, target, 0, target.length);
        used += target.length;
    }
}
