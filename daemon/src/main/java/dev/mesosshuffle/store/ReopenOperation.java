package dev.mesosshuffle.store;

/** Changes nothing. As long as it is deferred, the writer tries to open the file again. */
record ReopenOperation() implements DeferrableOperation {
    @Override
    public long heapBytes() {
        return DeferredSizes.OPERATION_BYTES;
    }

    @Override
    public void apply(Statements statements) {}
}
