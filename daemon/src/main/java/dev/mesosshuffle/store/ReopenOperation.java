package dev.mesosshuffle.store;

/** Changes nothing: as long as it waits to be written, the file is tried again. */
record ReopenOperation() implements DeferrableOperation {
    @Override
    public void apply(Statements statements) {}
}
