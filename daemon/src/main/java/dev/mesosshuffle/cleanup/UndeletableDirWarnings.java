package dev.mesosshuffle.cleanup;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of accepted dirs that this process cannot delete: the disk would fill up for no visible reason. One warning per
 * owner and root, because many executors have as many parents.
 */
final class UndeletableDirWarnings {
    private static final Logger logger = LoggerFactory.getLogger(UndeletableDirWarnings.class);

    /** Limits the memory for pairs of owner and root; the counter counts all dirs. */
    private static final int MAX_WARNINGS = 1000;

    private final Set<Subject> warned = ConcurrentHashMap.newKeySet();
    private final ProcessCredentials credentials;
    private final Counter counter;

    private record Subject(int owner, Path root) {}

    UndeletableDirWarnings(ProcessCredentials credentials, Counter counter) {
        this.credentials = credentials;
        this.counter = counter;
    }

    void warnIf(LocalDir dir) {
        try {
            String reason = credentials.undeletableReason(dir.path());
            if (reason != null) {
                counter.inc();
                warn(dir, ProcessCredentials.owner(dir.path()), reason);
            }
        } catch (IOException e) {
            // It was deleted or hidden after it was accepted: there is nothing to warn of yet.
            logger.debug("Cannot determine whether {} can be deleted", dir.path(), e);
        }
    }

    private void warn(LocalDir dir, int owner, String reason) {
        if (warned.size() < MAX_WARNINGS && warned.add(new Subject(owner, dir.root()))) {
            logger.warn(
                    "Local dir {} of user {} cannot be deleted when its application expires: this service runs as user {}"
                            + " and {}. Run it as the executors' user. (Logged once per user and root.)",
                    dir.path(),
                    owner,
                    credentials.uid(),
                    reason);
        }
    }
}
