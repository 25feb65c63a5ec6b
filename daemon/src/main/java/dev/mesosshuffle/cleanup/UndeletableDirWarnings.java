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
 * Warns of accepted dirs that this process could not delete: the disk would fill, and nobody would know why before it
 * has. Once for each owner and each root, since with many executors there are as many parents.
 */
final class UndeletableDirWarnings {
    private static final Logger logger = LoggerFactory.getLogger(UndeletableDirWarnings.class);

    /** Owners that are warned of one by one; the counter goes on. */
    private static final int MAX_WARNINGS = 1000;

    private final Set<Subject> warnedOf = ConcurrentHashMap.newKeySet();
    private final ProcessCredentials identity;
    private final Counter counter;

    private record Subject(int owner, Path root) {}

    UndeletableDirWarnings(ProcessCredentials identity, Counter counter) {
        this.identity = identity;
        this.counter = counter;
    }

    void warnIf(LocalDir dir) {
        try {
            String reason = identity.reasonNotToDelete(dir.path());
            if (reason != null) {
                counter.inc();
                warn(dir, ProcessCredentials.owner(dir.path()), reason);
            }
        } catch (IOException e) {
            // It went, or is hidden, since it was accepted: then there is nothing to warn of yet.
            logger.debug("Cannot tell whether {} can be deleted", dir.path(), e);
        }
    }

    private void warn(LocalDir dir, int owner, String reason) {
        if (warnedOf.size() < MAX_WARNINGS && warnedOf.add(new Subject(owner, dir.root()))) {
            logger.warn(
                    "Local dir {} of user {} will stay when its application is over: this service runs as user {} and"
                            + " {}. Run it as the executors' user. (Told once for this user and root.)",
                    dir.path(),
                    owner,
                    identity.uid(),
                    reason);
        }
    }
}
