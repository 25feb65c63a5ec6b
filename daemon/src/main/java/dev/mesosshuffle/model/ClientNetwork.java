package dev.mesosshuffle.model;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Whom an address stands for where clients are limited by their addresses: an address of IPv4 for itself, one of IPv6 for its
 * /64, since whoever has one of these addresses usually can use all of them.
 *
 * @param isIpv6 which of both
 * @param prefix the first 64 bits of an address of IPv6, the 32 bits of one of IPv4
 */
public record ClientNetwork(boolean isIpv6, long prefix) {
    private static final int IPV4_BYTES = 4;

    /** What an address of IPv6 begins with that stands for one of IPv4: 80 bits without and 16 with a value. */
    private static final int MAPPED_SHIFT = 32;

    private static final long MAPPED_BITS = 0xffff;

    /** Returns the network of an address. */
    public static ClientNetwork of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        if (bytes.remaining() == IPV4_BYTES) {
            return new ClientNetwork(false, bytes.getInt());
        }
        long prefix = bytes.getLong();
        long rest = bytes.getLong();
        boolean isMapped = prefix == 0 && rest >>> MAPPED_SHIFT == MAPPED_BITS;
        return isMapped ? new ClientNetwork(false, (int) rest) : new ClientNetwork(true, prefix);
    }
}
