package dev.mesosshuffle.security;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What the key exchange agreed on. Which mode and which key the client uses is never announced: its first bytes show it.
 * Immutable.
 */
public final class AesSession {
    private final Map<KeyVersion, byte[]> keys;
    private final Set<AesMode> modes;
    private final byte[] sendIv;
    private final byte[] receiveIv;

    /**
     * Keeps the arrays as they are.
     *
     * @param keys the key of each version that is admitted; at least one
     * @param modes the modes that are admitted; at least one
     * @param sendIv the 16 bytes with which CTR begins towards the client
     * @param receiveIv the 16 bytes with which CTR begins from the client
     */
    public AesSession(Map<KeyVersion, byte[]> keys, Set<AesMode> modes, byte[] sendIv, byte[] receiveIv) {
        this.keys = Map.copyOf(keys);
        this.modes = Set.copyOf(EnumSet.copyOf(modes));
        this.sendIv = sendIv;
        this.receiveIv = receiveIv;
    }

    Map<KeyVersion, byte[]> keys() {
        return keys;
    }

    Set<AesMode> modes() {
        return modes;
    }

    byte[] sendIv() {
        return sendIv;
    }

    byte[] receiveIv() {
        return receiveIv;
    }

    /** No key is ever printed. */
    @Override
    public String toString() {
        return "AesSession" + keys.keySet() + modes;
    }
}
