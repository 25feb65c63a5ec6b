package dev.mesosshuffle.protocol;

/** One frame that a client sent. */
public sealed interface Request {
    /**
     * Routes the request to the method for its kind.
     *
     * @param visitor handles it
     */
    void accept(Visitor visitor);

    /** Whether only the connection's event loop may handle it. */
    default boolean needsEventLoop() {
        return true;
    }

    /** A method for each kind of request, so that a new kind does not compile until it is handled. */
    interface Visitor {
        /** Requests a chunk of an open stream; the replies may be sent in any order. */
        void fetchChunk(FetchChunk request);

        /** Requests a chunk outside of frames; the replies are sent in the order of these requests. */
        void fetchStream(FetchStream request);

        /** A message that gets a reply. */
        void rpc(Rpc request);

        /** A message that gets no reply. */
        void oneWay(OneWay request);

        /** A message whose body follows its frame. */
        void upload(Upload request);

        /** Requests metadata of merged blocks. */
        void mergedBlockMeta(MergedBlockMeta request);
    }

    /**
     * Spark's {@code ChunkFetchRequest}.
     *
     * @param streamId the stream
     * @param chunkIndex the index of the chunk
     */
    record FetchChunk(long streamId, int chunkIndex) implements Request {
        @Override
        public void accept(Visitor visitor) {
            visitor.fetchChunk(this);
        }
    }

    /**
     * Spark's {@code StreamRequest}.
     *
     * @param streamChunkId stream and chunk in the client's spelling, {@code 17_0}
     */
    record FetchStream(String streamChunkId) implements Request {
        @Override
        public void accept(Visitor visitor) {
            visitor.fetchStream(this);
        }
    }

    /**
     * Spark's {@code RpcRequest}.
     *
     * @param requestId the client's number for the request
     * @param message the message
     */
    record Rpc(long requestId, RpcMessage message) implements Request {
        @Override
        public boolean needsEventLoop() {
            return message.needsEventLoop();
        }

        @Override
        public void accept(Visitor visitor) {
            visitor.rpc(this);
        }
    }

    /**
     * Spark's {@code OneWayMessage}.
     *
     * @param message the message
     */
    record OneWay(RpcMessage message) implements Request {
        @Override
        public boolean needsEventLoop() {
            return message.needsEventLoop();
        }

        @Override
        public void accept(Visitor visitor) {
            visitor.oneWay(this);
        }
    }

    /**
     * Spark's {@code UploadStream}.
     *
     * @param requestId the client's number for the request
     */
    record Upload(long requestId) implements Request {
        @Override
        public void accept(Visitor visitor) {
            visitor.upload(this);
        }
    }

    /**
     * Spark's {@code MergedBlockMetaRequest}.
     *
     * @param requestId the client's number for the request
     */
    record MergedBlockMeta(long requestId) implements Request {
        @Override
        public void accept(Visitor visitor) {
            visitor.mergedBlockMeta(this);
        }
    }
}
