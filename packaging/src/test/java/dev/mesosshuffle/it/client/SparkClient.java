package dev.mesosshuffle.it.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The shuffle client of one version of Spark, as an executor or a driver of one application uses it. Calls wait for the
 * answer; one that the service refuses fails with the client's own exception. What a version cannot do throws
 * {@link UnsupportedOperationException}.
 *
 * <p>This and {@link Fetched} are all that the class loaders of the clients share with the tests, so only classes of
 * the JDK appear here.
 */
public interface SparkClient extends AutoCloseable {
    void registerExecutor(String execId, List<String> localDirs, int subDirsPerLocalDir) throws Exception;

    /** Fetches the blocks into memory, in one request. */
    Fetched fetch(String execId, List<String> blockIds) throws Exception;

    /** Fetches the blocks into files, as Spark does with large ones. */
    Fetched fetchToDisk(String execId, List<String> blockIds, Path folder) throws Exception;

    /** Registers the driver of the application and goes on sending heartbeats until {@link #close()}. */
    void registerDriver(long heartbeatTimeoutMillis, long heartbeatIntervalMillis) throws Exception;

    /** The local dirs of executors; since 3.0. */
    default Map<String, List<String>> hostLocalDirs(List<String> execIds) throws Exception {
        throw new UnsupportedOperationException("hostLocalDirs");
    }

    /** Removes blocks and returns how many went; since 3.0. */
    default int removeBlocks(String execId, List<String> blockIds) throws Exception {
        throw new UnsupportedOperationException("removeBlocks");
    }

    /** The name of the cause that the service sees for a corrupt block; since 3.2. */
    default String diagnoseCorruption(
            String execId, int shuffleId, long mapId, int reduceId, long checksum, String algorithm) throws Exception {
        throw new UnsupportedOperationException("diagnoseCorruption");
    }

    /** Asks to finalize the merge of a shuffle, which only Spark's service on YARN can do; since 3.2. */
    default void finalizeShuffleMerge(int shuffleId) throws Exception {
        throw new UnsupportedOperationException("finalizeShuffleMerge");
    }

    /** Sends the bytes as an RPC over the connection that also fetches, and returns the answer; 2.2, and since 3.0. */
    default byte[] call(byte[] message) throws Exception {
        throw new UnsupportedOperationException("call");
    }

    /** Sends the bytes over that connection as a message that gets no answer; 2.2, and since 3.0. */
    default void sendOneWay(byte[] message) throws Exception {
        throw new UnsupportedOperationException("sendOneWay");
    }

    /** Fetches a chunk of whichever stream over that connection; 2.2, and since 3.0. */
    default byte[] chunk(long streamId, int index) throws Exception {
        throw new UnsupportedOperationException("chunk");
    }

    /** Fetches a chunk by its name as a stream over that connection; 2.2, and since 3.0. */
    default byte[] stream(String streamId) throws Exception {
        throw new UnsupportedOperationException("stream");
    }

    /** Asks about merged blocks of whichever application over that connection; since 3.2. */
    default void mergedBlockMeta(String appId) throws Exception {
        throw new UnsupportedOperationException("mergedBlockMeta");
    }

    /** Uploads a stream over that connection, which only executors accept; since 3.0. */
    default void upload(byte[] data) throws Exception {
        throw new UnsupportedOperationException("upload");
    }

    /** Closes the connections, in order. */
    @Override
    void close();
}
