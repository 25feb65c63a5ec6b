package dev.mesosshuffle.security;

import java.security.SecureRandom;

/** Makes handshakes repeatable: its bytes are 1, 2, 3 and so on, after 255 again 0. */
@SuppressWarnings("serial") // Nobody serializes it.
final class FixedRandom extends SecureRandom {
    private byte last;

    @Override
    public synchronized void nextBytes(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = ++last;
        }
    }
}
