package dev.mesosshuffle.benchmark.data;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** The names of local dirs, in Spark's form, and the same in every run. */
final class LocalDirName {
    private LocalDirName() {}

    static String of(String id) {
        return "blockmgr-" + UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8));
    }
}
