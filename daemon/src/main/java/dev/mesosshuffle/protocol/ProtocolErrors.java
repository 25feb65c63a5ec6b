package dev.mesosshuffle.protocol;

import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.AppExecId;

/**
 * What clients are told when something fails, in one place, because some clients look for parts of it. Where Spark's
 * service has a text for the case, its first line stands here; a stack trace never does.
 */
public final class ProtocolErrors {
    /** Push-based shuffle is YARN's alone; the text is that of Spark's {@code NoOpMergedShuffleFileManager}. */
    public static final String NO_MERGED_SHUFFLE =
            "java.lang.UnsupportedOperationException: Cannot handle shuffle block merge";

    /** Likewise, for removing merged blocks. */
    public static final String NO_MERGED_SHUFFLE_REMOVAL =
            "java.lang.UnsupportedOperationException: Cannot handle merged shuffle remove";

    private static final String ILLEGAL_ARGUMENT = "java.lang.IllegalArgumentException: ";

    private ProtocolErrors() {}

    /** The executor is not known here, from {@code ExternalShuffleBlockResolver}. */
    public static String notRegistered(AppExecId executor) {
        return "java.lang.RuntimeException: Executor is not registered (appId=" + executor.appId() + ", execId="
                + executor.execId() + ")";
    }

    /** The message has a type that Spark knows, but not as a request, from {@code ExternalBlockHandler}. */
    public static String unexpectedMessage(String type) {
        return "java.lang.UnsupportedOperationException: Unexpected message: " + type;
    }

    /** The message has a type that Spark does not know, from {@code BlockTransferMessage.Decoder}. */
    public static String unknownMessageType(int type) {
        return ILLEGAL_ARGUMENT + "Unknown message type: " + type;
    }

    /** A block id that names no block, from {@code ExternalBlockHandler}. */
    public static String unexpectedBlockId(String blockId) {
        return ILLEGAL_ARGUMENT + "Unexpected block id format: " + Sanitizer.printable(blockId)
                + " (expected: shuffle_SHUFFLE_MAP_REDUCE or rdd_RDD_SPLIT)";
    }

    /** Something the client sent is wrong. */
    public static String badRequest(String reason) {
        return ILLEGAL_ARGUMENT + reason;
    }

    /** A stream of this connection is wanted that does not exist, from {@code OneForOneStreamManager}. */
    public static String noSuchStream(long streamId) {
        return "java.lang.IllegalStateException: Requested chunk not available since streamId " + streamId
                + " is closed";
    }

    /** A chunk is wanted out of turn, from {@code OneForOneStreamManager}. */
    public static String outOfOrderChunk(int index, int expected) {
        return "java.lang.IllegalStateException: Received out-of-order chunk index " + index + " (expected " + expected
                + ")";
    }

    /** A block's file cannot be read, from {@code ExternalShuffleBlockResolver}. */
    public static String cannotRead(String file, String reason) {
        return "java.lang.RuntimeException: Failed to open file: " + file + " (" + reason + ")";
    }
}
