package dev.mesosshuffle.driver;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The two messages of a driver, as bytes: Spark 4 has no classes for them any more. Each is a type, the length and bytes of
 * the application's id, and for a registration the timeout in ms and the byte by which this listener announces that it
 * registers again after a loss. Spark's own service does not read that byte.
 */
final class DriverMessages {
    private static final byte REGISTER_DRIVER = 4;
    private static final byte HEARTBEAT = 5;
    private static final byte REREGISTERS = 1;

    private final byte[] registration;
    private final byte[] heartbeat;

    DriverMessages(String appId, long timeoutMs) {
        byte[] id = appId.getBytes(StandardCharsets.UTF_8);
        int common = Byte.BYTES + Integer.BYTES + id.length;
        this.registration = ByteBuffer.allocate(common + Long.BYTES + Byte.BYTES)
                .put(REGISTER_DRIVER)
                .putInt(id.length)
                .put(id)
                .putLong(timeoutMs)
                .put(REREGISTERS)
                .array();
        this.heartbeat = ByteBuffer.allocate(common)
                .put(HEARTBEAT)
                .putInt(id.length)
                .put(id)
                .array();
    }

    /** Returns the registration, in a buffer of its own. */
    ByteBuffer registration() {
        return ByteBuffer.wrap(registration);
    }

    /** Returns the heartbeat, in a buffer of its own. */
    ByteBuffer heartbeat() {
        return ByteBuffer.wrap(heartbeat);
    }
}
