package dev.mesosshuffle.orphans;

import dev.mesosshuffle.cleanup.LocalDirNames;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.host.HostSnapshot;
import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.model.ExactPaths;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.peers.KnownDirs;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One search for orphans under one root: in the root itself, and in a {@code spark-UUID} there that is not an orphan as
 * a whole, as that of a standalone worker, which outlives its executors. Changes nothing.
 *
 * <p>For one search; used by one thread.
 */
final class OrphanScan {
    private static final Logger logger = LoggerFactory.getLogger(OrphanScan.class);

    /** After that, what is seen of the host is looked at anew. */
    private static final long VIEW_LIFE = Duration.ofSeconds(10).toNanos();

    private final Path root;
    private final OrphanPolicy rules;
    private final Set<Path> keepOut;
    private final Ticker ticker;
    private final BooleanSupplier stopped;
    private final Set<Path> named = new HashSet<>();
    private final Set<String> components;
    private final List<Orphan> found = new ArrayList<>();
    private boolean someStay;
    private HostSnapshot view;
    private long viewedAt;

    /**
     * Makes one.
     *
     * @param root a root, by its real path
     * @param keepOut what must not be deleted with what it lies in: other roots, and the state dirs
     * @param names what the registries name
     * @param ticker the time
     * @param stopped asked before each file, on which occasion it may take its time; once true, the search ends
     * @throws IOException if what is in use on this host cannot be told
     */
    OrphanScan(
            Path root, OrphanPolicy rules, Set<Path> keepOut, KnownDirs names, Ticker ticker, BooleanSupplier stopped)
            throws IOException {
        this.root = root;
        this.rules = rules;
        this.keepOut = keepOut;
        this.ticker = ticker;
        this.stopped = stopped;
        this.components = names.components();
        named.addAll(names.owned());
        named.addAll(names.removals());
        view = rules.viewHost();
        viewedAt = ticker.read();
    }

    /**
     * Searches.
     *
     * @return what was found; less than there is if stopped
     * @throws IOException if the root cannot be read
     */
    List<Orphan> search() throws IOException {
        searchIn(root);
        return found;
    }

    /** Why this process does not see every process's open files; null if it does, or if that makes no difference. */
    @Nullable
    String blindness() {
        return someStay ? view.openFiles().blindness() : null;
    }

    private void searchIn(Path parent) throws IOException {
        for (Path name : dirsIn(parent)) {
            if (stopped.getAsBoolean()) {
                return;
            }
            Path path = parent.resolve(name);
            if (!isOrphan(path) && parent.equals(root) && LocalDirNames.isProcessDir(name) && !named.contains(path)) {
                try {
                    searchIn(path);
                } catch (IOException e) {
                    logger.debug("{} cannot be looked into", path, e);
                }
            }
        }
    }

    private List<Path> dirsIn(Path parent) throws IOException {
        List<Path> names = new ArrayList<>();
        try (SecureDirectoryStream<Path> open = SecureDirectories.open(root, parent)) {
            for (Path entry : open) {
                Path name = entry.getFileName();
                if (LocalDirNames.mayBeOrphan(root.relativize(parent.resolve(name)))) {
                    BasicFileAttributes attributes = SecureDirectories.attributes(open, name);
                    if (attributes != null && attributes.isDirectory()) {
                        names.add(name);
                    } else {
                        logger.debug("{} is no orphan: it is no directory", parent.resolve(name));
                    }
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    private boolean isOrphan(Path path) {
        String reason = whyNamed(path);
        if (reason == null) {
            try {
                if (ticker.read() - viewedAt > VIEW_LIFE) {
                    view = rules.viewHost();
                    viewedAt = ticker.read();
                }
                found.add(rules.judge(new LocalDir(root, path), view, stopped));
                return true;
            } catch (NotAnOrphanException e) {
                reason = e.getMessage();
            } catch (IOException e) {
                reason = "it cannot be looked at: " + e;
            }
            someStay = true;
        }
        logger.debug("{} is no orphan: {}", path, reason);
        return false;
    }

    private @Nullable String whyNamed(Path path) {
        if (!ExactPaths.isExact(path)) {
            return "its name is not to be spelled in UTF-8, or in this process's locale, so no registry can be asked for it";
        }
        if (named.contains(path) || named.contains(LocalDirNames.beforeGoing(path))) {
            return "a registry names it";
        }
        if (components.contains(path.getFileName().toString()) || rules.isClaimed(path)) {
            return "a registry names it, or something in it";
        }
        for (Path other : keepOut) {
            if (other.startsWith(path)) {
                return other + " lies in it";
            }
        }
        return null;
    }
}
