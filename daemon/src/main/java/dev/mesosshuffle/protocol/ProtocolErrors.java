package dev.mesosshuffle.protocol;

import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.AppExecId;
import java.util.List;

/**
 * The failure texts for clients, in one place, because some clients match parts of them. If Spark's service has a text for
 * the case, its first line is used; never a stack trace.
 */
public final class ProtocolErrors {
    /** Push-based shuffle exists only on YARN; the text of Spark's {@code NoOpMergedShuffleFileManager}. */
    public static final String NO_MERGED_SHUFFLE =
            "java.lang.UnsupportedOperationException: Cannot handle shuffle block merge";

    /** The text of the same class for removing merged blocks. */
    public static final String NO_MERGED_SHUFFLE_REMOVAL =
            "java.lang.UnsupportedOperationException: Cannot handle merged shuffle remove";

    /** The client sends a request before it has authenticated itself, from {@code SaslMessage}. */
    public static final String NOT_AUTHENTICATED =
            "java.lang.IllegalStateException: Expected SaslMessage, received something"
                    + " else (maybe your client does not have SASL enabled?)";

    private static final String ILLEGAL_ARGUMENT = "java.lang.IllegalArgumentException: ";

    private ProtocolErrors() {}

    /** The executor is not registered, from {@code ExternalShuffleBlockResolver}. */
    public static String notRegistered(AppExecId executor) {
        return "java.lang.RuntimeException: Executor is not registered (appId=" + executor.appId() + ", execId="
                + executor.execId() + ")";
    }

    /** An authenticated client asks about another application, from {@code ExternalBlockHandler}. */
    public static String notAuthorized(String client, String appId) {
        return "java.lang.SecurityException: Client for " + client + " not authorized for application " + appId + ".";
    }

    /** Spark knows the message's type, but not as a request, from {@code ExternalBlockHandler}. */
    public static String unexpectedMessage(String type) {
        return "java.lang.UnsupportedOperationException: Unexpected message: " + type;
    }

    /** Spark does not know the message's type, from {@code BlockTransferMessage.Decoder}. */
    public static String unknownMessageType(int type) {
        return ILLEGAL_ARGUMENT + "Unknown message type: " + type;
    }

    /** A block id that names no block, from {@code ExternalBlockHandler}. */
    public static String unexpectedBlockId(String blockId) {
        return ILLEGAL_ARGUMENT + "Unexpected block id format: " + Sanitizer.printable(blockId)
                + " (expected: shuffle_SHUFFLE_MAP_REDUCE or rdd_RDD_SPLIT)";
    }

    /**
     * Local dirs are not accepted for a reason that is not the client's business: whether a path exists, is a link, or
     * belongs to somebody. One text for all of them; the operator's log has the reason.
     */
    public static String refusedLocalDirs(List<String> dirs) {
        return badRequest("local dirs: " + Sanitizer.printable(String.join(", ", dirs))
                + " (expected: directories of this executor's application alone, that exist below spark.local.dir without"
                + " links and that this service may read; its log has the reason)");
    }

    /** Something in the request is invalid. */
    public static String badRequest(String reason) {
        return ILLEGAL_ARGUMENT + reason;
    }

    /** There is no memory for a request now. */
    public static String noMemory(long requestBytes) {
        return "java.lang.IllegalStateException: the service is busy: no memory for a request of " + requestBytes
                + " bytes (expected: fewer, or another attempt later; SPARK_DAEMON_MEMORY of the service)";
    }

    /** The connection has no such stream, from {@code OneForOneStreamManager}. */
    public static String noSuchStream(long streamId) {
        return "java.lang.IllegalStateException: Requested chunk not available since streamId " + streamId
                + " is closed";
    }

    /** Another chunk of the stream is next, from {@code OneForOneStreamManager}. */
    public static String outOfOrderChunk(int index, int expected) {
        return "java.lang.IllegalStateException: Received out-of-order chunk index " + index + " (expected " + expected
                + ")";
    }

    /** A block's file cannot be read, from {@code ExternalShuffleBlockResolver}. */
    public static String cannotRead(String file, String reason) {
        return "java.lang.RuntimeException: Failed to open file: " + file + " (" + reason + ")";
    }
}
