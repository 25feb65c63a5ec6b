package dev.mesosshuffle.fetch;

import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.cleanup.DeniedFile;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.AppExecId;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs blocks that cannot be read, with a rate limit for each cause: requests for missing files, which clients can send at
 * any rate, do not suppress the lines of a failing disk. For any thread of a disk.
 */
final class BlockFailures {
    private static final Logger logger = LoggerFactory.getLogger(BlockFailures.class);

    /** The number of applications that get one line each; any further ones share one line a minute. */
    private static final int MAX_APPLICATIONS = 1000;

    private final RateLimitedLogger rateLimitedLogger;
    private final Set<String> denied = ConcurrentHashMap.newKeySet();

    BlockFailures(RateLimitedLogger rateLimitedLogger) {
        this.rateLimitedLogger = rateLimitedLogger;
    }

    /**
     * Logs a block. Reads the disk, to describe a file that may not be read.
     *
     * @param block the block's name
     * @param executor the executor that wrote it
     * @param remoteAddress the client that requested it
     * @param file the file that could not be read
     * @param failure the cause
     */
    void warn(String block, AppExecId executor, String remoteAddress, Path file, IOException failure) {
        if (failure instanceof AccessDeniedException) {
            warnAboutDenied(block, executor, file);
            return;
        }
        String line = "Block " + block + " of " + executor + " requested by " + remoteAddress + " cannot be read: "
                + ErrorMessages.of(failure);
        if (failure instanceof NoSuchFileException) {
            rateLimitedLogger.warn(logger, "missing block", line);
        } else if (BlockResolver.isContentFailure(failure)) {
            rateLimitedLogger.warn(logger, "damaged block", line);
        } else {
            rateLimitedLogger.warn(logger, "unreadable block", line + ". Check the disk.");
        }
    }

    private void warnAboutDenied(String block, AppExecId executor, Path file) {
        if (denied.contains(executor.appId())) {
            return;
        }
        boolean tooMany = denied.size() >= MAX_APPLICATIONS;
        if (!tooMany && !denied.add(executor.appId())) {
            return;
        }
        String line = "Block " + block + " of " + executor + " may not be read: " + DeniedFile.describe(file)
                + ". Run this service as the executors' user. (Logged once for this application.)";
        if (tooMany) {
            rateLimitedLogger.warn(logger, "denied block", line);
        } else {
            logger.warn("{}", line);
        }
    }
}
