package dev.mesosshuffle.protocol;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.util.List;

/** What a client says in an RPC or one-way message: Spark's {@code BlockTransferMessage}s. */
public sealed interface RpcMessage {
    /**
     * Routes the message to the method for its kind.
     *
     * @param visitor who answers
     * @param call what the visitor needs to know to answer
     * @param <C> the type of that
     */
    <C> void accept(Visitor<C> visitor, C call);

    /**
     * Has a method for each kind of message, so that a new kind does not compile until it is handled.
     *
     * @param <C> what the visitor needs to know to answer
     */
    interface Visitor<C> {
        /** An executor tells where its files are. */
        void registerExecutor(RegisterExecutor message, C call);

        /** Blocks are wanted as the chunks of a stream. */
        void openStream(OpenStream message, C call);

        /** Blocks are no longer needed. */
        void removeBlocks(RemoveBlocks message, C call);

        /** Another executor on this host wants to read the files itself. */
        void getLocalDirs(GetLocalDirs message, C call);

        /** A reader saw a wrong checksum. */
        void diagnoseCorruption(DiagnoseCorruption message, C call);

        /** A driver will send heartbeats. */
        void registerDriver(RegisterDriver message, C call);

        /** A driver is alive. */
        void heartbeat(Heartbeat message, C call);

        /** Nothing that can be done here; answered with a failure. */
        void refused(Refused message, C call);
    }

    /**
     * Spark's {@code RegisterExecutor}.
     *
     * @param executor who
     * @param info where its files are
     */
    record RegisterExecutor(AppExecId executor, ExecutorShuffleInfo info) implements RpcMessage {
        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.registerExecutor(this, call);
        }
    }

    /**
     * Spark's {@code OpenBlocks} and {@code FetchShuffleBlocks}.
     *
     * @param executor whose blocks
     * @param blocks which of them
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
     * @param executor whose blocks
     * @param fileNames their file names
     */
    record RemoveBlocks(AppExecId executor, List<String> fileNames) implements RpcMessage {
        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.removeBlocks(this, call);
        }
    }

    /**
     * Spark's {@code GetLocalDirsForExecutors}.
     *
     * @param executors whose dirs
     */
    record GetLocalDirs(List<AppExecId> executors) implements RpcMessage {
        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.getLocalDirs(this, call);
        }
    }

    /**
     * Spark's {@code DiagnoseCorruption}.
     *
     * @param executor whose block
     * @param block which block
     * @param checksum what the reader computed
     * @param algorithm by which algorithm
     */
    record DiagnoseCorruption(AppExecId executor, ShuffleBlockId block, long checksum, String algorithm)
            implements RpcMessage {
        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.diagnoseCorruption(this, call);
        }
    }

    /**
     * Spark's {@code RegisterDriver}.
     *
     * @param appId the application
     * @param heartbeatTimeoutMs after how many milliseconds without a heartbeat its driver counts as gone
     */
    record RegisterDriver(String appId, long heartbeatTimeoutMs) implements RpcMessage {
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
     * @param error what the client is told
     */
    record Refused(String error) implements RpcMessage {
        @Override
        public <C> void accept(Visitor<C> visitor, C call) {
            visitor.refused(this, call);
        }
    }
}
