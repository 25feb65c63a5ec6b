package dev.mesosshuffle.protocol;

/** One frame that a client sent. */
public sealed interface Request {
    /**
     * Routes the request to the method for its kind.
     *
     * @param visitor who answers
     */
    void accept(Visitor visitor);

    /** Has a method for each kind of request, so that a new kind does not compile until it is handled. */
    interface Visitor {
        /** A chunk of an open stream is wanted; chunks may be answered in any order. */
        void fetchChunk(FetchChunk request);

        /** A chunk is wanted outside of frames; answers leave in the order of these requests. */
        void fetchStream(FetchStream request);

        /** A message that is answered. */
        void rpc(Rpc request);

        /** A message that is not answered. */
        void oneWay(OneWay request);

        /** A message whose body follows outside of its frame. */
        void upload(Upload request);

        /** Asks about blocks that were pushed and merged. */
        void mergedBlockMeta(MergedBlockMeta request);
    }

    /**
     * Spark's {@code ChunkFetchRequest}.
     *
     * @param streamId the stream
     * @param chunkIndex which chunk of it
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
     * @param streamChunkId stream and chunk as the client wrote them, {@code 17_0}
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
     * @param requestId the client's number for it
     * @param message what it says
     */
    record Rpc(long requestId, RpcMessage message) implements Request {
        @Override
        public void accept(Visitor visitor) {
            visitor.rpc(this);
        }
    }

    /**
     * Spark's {@code OneWayMessage}.
     *
     * @param message what it says
     */
    record OneWay(RpcMessage message) implements Request {
        @Override
        public void accept(Visitor visitor) {
            visitor.oneWay(this);
        }
    }

    /**
     * Spark's {@code UploadStream}.
     *
     * @param requestId the client's number for it
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
     * @param requestId the client's number for it
     */
    record MergedBlockMeta(long requestId) implements Request {
        @Override
        public void accept(Visitor visitor) {
            visitor.mergedBlockMeta(this);
        }
    }
}
