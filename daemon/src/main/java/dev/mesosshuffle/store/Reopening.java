package dev.mesosshuffle.store;

/** Changes nothing: as long as it waits to be written, the file is tried again. */
record Reopening() implements Deferrable {
    @Override
    public void apply(Statements statements) {}
}
