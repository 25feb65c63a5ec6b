package dev.mesosshuffle.store;

/**
 * A change that may be acknowledged before it is written, while the file cannot be written: whoever waits for it cannot do
 * without, and what is written later, in order, comes to the same.
 */
interface DeferrableOperation extends StoreOperation {}
