package dev.mesosshuffle.benchmark.wire;

import java.util.List;

/** The requests of Spark's clients as whole frames: an 8-byte length that counts itself, a type, and the rest. */
public final class Requests {
    private Requests() {}

    /** Tells a service where an executor's files are. */
    public static byte[] registerExecutor(
            long requestId, String appId, String execId, List<String> localDirs, int subDirs) {
        MessageBytes body =
                new MessageBytes().type(BodyType.REGISTER_EXECUTOR).text(appId).text(execId);
        body.int32(localDirs.size());
        localDirs.forEach(body::text);
        return rpc(requestId, body.int32(subDirs).text("org.apache.spark.shuffle.sort.SortShuffleManager"));
    }

    /**
     * Opens a stream as Spark 3.0 and newer do.
     *
     * @param reduceIds for each map id; for a batch the first and the one after the last
     */
    public static byte[] fetchShuffleBlocks(
            long requestId,
            String appId,
            String execId,
            int shuffleId,
            long[] mapIds,
            int[][] reduceIds,
            boolean batch) {
        MessageBytes body = new MessageBytes()
                .type(BodyType.FETCH_SHUFFLE_BLOCKS)
                .text(appId)
                .text(execId)
                .int32(shuffleId)
                .int32(mapIds.length);
        for (long mapId : mapIds) {
            body.int64(mapId);
        }
        body.int32(reduceIds.length);
        for (int[] ids : reduceIds) {
            body.int32(ids.length);
            for (int id : ids) {
                body.int32(id);
            }
        }
        return rpc(requestId, body.bool(batch));
    }

    /** Opens a stream as Spark 2 does. */
    public static byte[] openBlocks(long requestId, String appId, String execId, List<String> blockIds) {
        MessageBytes body =
                new MessageBytes().type(BodyType.OPEN_BLOCKS).text(appId).text(execId);
        body.int32(blockIds.size());
        blockIds.forEach(body::text);
        return rpc(requestId, body);
    }

    /** Tells a service, if it is one for Mesos, of an application's driver. */
    public static byte[] registerDriver(long requestId, String appId, long heartbeatTimeoutMs) {
        return rpc(
                requestId,
                new MessageBytes().type(BodyType.REGISTER_DRIVER).text(appId).int64(heartbeatTimeoutMs));
    }

    /** Tells such a service that the driver lives; there is no answer. */
    public static byte[] heartbeat(String appId) {
        byte[] bytes = new MessageBytes().type(BodyType.HEARTBEAT).text(appId).toArray();
        return new MessageBytes()
                .int64(Frame.HEADER_BYTES + Integer.BYTES + bytes.length)
                .type(Frame.ONE_WAY)
                .int32(bytes.length)
                .raw(bytes)
                .toArray();
    }

    /** Asks for an executor's local dirs, which a service has in memory. */
    public static byte[] getLocalDirs(long requestId, String appId, String execId) {
        return rpc(
                requestId,
                new MessageBytes()
                        .type(BodyType.GET_LOCAL_DIRS)
                        .text(appId)
                        .int32(1)
                        .text(execId));
    }

    private static byte[] rpc(long requestId, MessageBytes body) {
        return rpc(requestId, body.toArray());
    }

    /** A body as the frame of an RPC. */
    public static byte[] rpc(long requestId, byte[] bytes) {
        int length = Frame.HEADER_BYTES + Long.BYTES + Integer.BYTES + bytes.length;
        return new MessageBytes()
                .int64(length)
                .type(Frame.RPC_REQUEST)
                .int64(requestId)
                .int32(bytes.length)
                .raw(bytes)
                .toArray();
    }
}
