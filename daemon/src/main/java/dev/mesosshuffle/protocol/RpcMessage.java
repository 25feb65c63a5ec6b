package dev.mesosshuffle.protocol;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.util.List;

/** The content of an RPC or one-way message: one of Spark's {@code BlockTransferMessage}s. */
public sealed interface RpcMessage {
    /**
     * Routes the message to the method for its kind.
     *
     * @param visitor handles it
     * @param call the context of the message
     * @param <C> the type of the context
     */
    <C> void accept(Visitor<C> visitor, C call);

    /**
     * The heap that the message occupies until it is answered, in bytes, estimated from above; 0 if it is answered at once,
     * or occupies little.
     */
    default long retainedBytes() {
        return 0;
    }

    /**
     * A method for each kind of message, so that a new kind does not compile until it is handled.
     *
     * @param <C> the context of a message
     */
    interface Visitor<C> {
        /** An executor registers its local dirs. */
        void registerExecutor(RegisterExecutor message, C call);

        /** A client opens a stream of blocks. */
        void openStream(OpenStream message, C call);

        /** A client deletes blocks that it no longer needs. */
        void removeBlocks(RemoveBlocks message, C call);

        /** An executor on this host requests local dirs, to read their files itself. */
        void getLocalDirs(GetLocalDirs message, C call);

        /** A reader reports a wrong checksum. */
        void diagnoseCorruption(DiagnoseCorruption message, C call);

        /** A driver registers and will send heartbeats. */
        void registerDriver(RegisterDriver message, C call);

        /** A driver sends a heartbeat. */
        void heartbeat(Heartbeat message, C call);

        /** A message that gets a failure as its reply. */
        void invalid(Invalid message, C call);
    }

    /**
     * Spark's {@code RegisterExecutor}.
     *
     * @param executor the executor
     * @param info where its files are
     */
    record RegisterExecutor(AppExecId executor, ExecutorShuffleInfo info) implements RpcMessage {
        /** A dir is a string, and has a check under way. */
        private static final long DIR_BYTES = 512;

        @Override
        public long retainedBytes() {
            long bytes = DIR_BYTES;
            for (String dir : info.localDirs()) {
                bytes += DIR_BYTES + dir.length();
            }
            return bytes;
        }

        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.registerExecutor(this, call);
        }
    }

    /**
     * Spark's {@code OpenBlocks} and {@code FetchShuffleBlocks}.
     *
     * @param executor the executor that wrote them
     * @param blocks the blocks, one for each chunk
     */
    record OpenStream(AppExecId executor, BlockIds blocks) implements RpcMessage {
        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.openStream(this, call);
        }
    }

    /**
     * Spark's {@code RemoveBlocks}.
     *
     * @param executor the executor that wrote them
     * @param fileNames the names of their files
     */
    record RemoveBlocks(AppExecId executor, List<String> fileNames) implements RpcMessage {
        @Override
        public long retainedBytes() {
            // Anything else did not arrive.
            return fileNames instanceof PackedStrings packed ? packed.retainedBytes() : 0;
        }

        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.removeBlocks(this, call);
        }
    }

    /**
     * Spark's {@code GetLocalDirsForExecutors}.
     *
     * @param executors the executors whose dirs are requested
     */
    record GetLocalDirs(List<AppExecId> executors) implements RpcMessage {
        @Override
        public long retainedBytes() {
            // Anything else did not arrive.
            return executors instanceof PackedExecutorIds packed ? packed.retainedBytes() : 0;
        }

        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.getLocalDirs(this, call);
        }
    }

    /**
     * Spark's {@code DiagnoseCorruption}.
     *
     * @param executor the executor that wrote it
     * @param block the block
     * @param checksum the checksum that the reader computed
     * @param algorithm the name of the checksum's algorithm
     */
    record DiagnoseCorruption(AppExecId executor, ShuffleBlockId block, long checksum, String algorithm)
            implements RpcMessage {
        /** The message, its ids and the diagnosis that waits for its turn. */
        private static final long FIXED_BYTES = 512;

        @Override
        public long retainedBytes() {
            long characters =
                    (long) executor.appId().length() + executor.execId().length() + algorithm.length();
            return FIXED_BYTES + Character.BYTES * characters;
        }

        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.diagnoseCorruption(this, call);
        }
    }

    /**
     * Spark's {@code RegisterDriver}.
     *
     * @param appId the application
     * @param heartbeatTimeoutMs the time without a heartbeat after which the driver expires, in milliseconds
     * @param reregisters whether it registers again after a loss of its connection; Spark's own clients never do
     */
    record RegisterDriver(String appId, long heartbeatTimeoutMs, boolean reregisters) implements RpcMessage {
        /** Creates that of Spark's own clients. */
        public RegisterDriver(String appId, long heartbeatTimeoutMs) {
            this(appId, heartbeatTimeoutMs, false);
        }

        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.registerDriver(this, call);
        }
    }

    /**
     * Spark's {@code ShuffleServiceHeartbeat}.
     *
     * @param appId the application
     */
    record Heartbeat(String appId) implements RpcMessage {
        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.heartbeat(this, call);
        }
    }

    /**
     * A message that is malformed, unknown, or of a kind that this service does not offer.
     *
     * @param error the text for the client
     * @param isHandshake whether it is a step of a handshake, which is unknown once there is nothing to prove
     */
    record Invalid(String error, boolean isHandshake) implements RpcMessage {
        /** Creates one that is no step of a handshake. */
        public Invalid(String error) {
            this(error, false);
        }

        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.invalid(this, call);
        }
    }
}
