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
 * Warns of blocks that cannot be read: of each cause in words of its own, so that files that are gone, which clients can
 * ask for at any rate, do not hide a disk that fails. For any thread of a disk.
 */
public final class BlockFailures {
    private static final Logger logger = LoggerFactory.getLogger(BlockFailures.class);

    /** Applications that are warned of one by one; of others, one a minute. */
    private static final int MAX_APPLICATIONS = 1000;

    private final RateLimitedLogger quietLog;
    private final Set<String> denied = ConcurrentHashMap.newKeySet();

    public BlockFailures(RateLimitedLogger quietLog) {
        this.quietLog = quietLog;
    }

    /**
     * Warns of a block. Works on the disk.
     *
     * @param block the block's name
     * @param executor whose it is
     * @param remoteAddress who asked for it
     * @param file the file that could not be read
     * @param failure why
     */
    void warn(String block, AppExecId executor, String remoteAddress, Path file, IOException failure) {
        if (failure instanceof AccessDeniedException) {
            warnOfDenied(block, executor, file);
            return;
        }
        String what = "Block " + block + " of " + executor + " asked for by " + remoteAddress + " cannot be read: "
                + ErrorMessages.of(failure);
        if (failure instanceof NoSuchFileException) {
            quietLog.warn(logger, "missing block", what);
        } else if (BlockResolver.isAboutContent(failure)) {
            quietLog.warn(logger, "damaged block", what);
        } else {
            quietLog.warn(logger, "unreadable block", what + ". Look after the disk.");
        }
    }

    private void warnOfDenied(String block, AppExecId executor, Path file) {
        if (denied.contains(executor.appId())) {
            return;
        }
        boolean isOneOfMany = denied.size() >= MAX_APPLICATIONS;
        if (!isOneOfMany && !denied.add(executor.appId())) {
            return;
        }
        String line = "Block " + block + " of " + executor + " may not be read: " + DeniedFile.describe(file)
                + ". Run this service as the executors' user. (Logged once for this application.)";
        if (isOneOfMany) {
            quietLog.warn(logger, "denied block", line);
        } else {
            logger.warn("{}", line);
        }
    }
}
