package dev.mesosshuffle.benchmark.wire;

/** The first byte of an RPC's body. */
final class BodyType {
    static final int OPEN_BLOCKS = 0;
    static final int REGISTER_EXECUTOR = 2;
    static final int STREAM_HANDLE = 3;
    static final int REGISTER_DRIVER = 4;
    static final int HEARTBEAT = 5;
    static final int FETCH_SHUFFLE_BLOCKS = 9;
    static final int GET_LOCAL_DIRS = 10;

    private BodyType() {}
}
