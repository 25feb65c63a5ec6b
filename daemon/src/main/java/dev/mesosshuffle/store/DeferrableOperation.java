package dev.mesosshuffle.store;

/**
 * An operation that may be acknowledged before it is written, while the file cannot be written: its caller cannot continue
 * without it, and it has the same effect when it is written later, in order.
 */
interface DeferrableOperation extends StoreOperation {
    /** How many bytes of heap it occupies while it is deferred, estimated from above. */
    long heapBytes();
}
