package dev.mesosshuffle.store;

import dev.mesosshuffle.model.LocalDir;
import org.jspecify.annotations.Nullable;

/** How many bytes of heap a deferred operation occupies, estimated from above. What the registry keeps too counts again. */
final class DeferredSizes {
    /** The operation, its record, its future and its entry in a queue. */
    static final int OPERATION_BYTES = 256;

    /** A directory's records and its path, without texts. */
    private static final int DIR_BYTES = 256;

    /** An object with an array of characters. */
    private static final int TEXT_BYTES = 56;

    private DeferredSizes() {}

    static long text(@Nullable String text) {
        return text == null ? 0 : TEXT_BYTES + (long) Character.BYTES * text.length();
    }

    /** A directory, its path and the text that the path keeps. */
    static long dir(LocalDir dir) {
        return DIR_BYTES + 2 * text(dir.path().toString());
    }
}
