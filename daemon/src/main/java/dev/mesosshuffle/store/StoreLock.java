package dev.mesosshuffle.store;

import dev.mesosshuffle.database.NamedFileIdentity;
import dev.mesosshuffle.host.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a port's state for one process. A file of its own is locked, not the database, which operators may read while
 * the daemon runs. The file is never deleted: a new one beside a deleted one could be locked by two processes. If
 * somebody else deletes it, {@link #renew} acquires it again.
 *
 * <p><b>Concurrency:</b> used by one thread at a time.
 */
final class StoreLock implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(StoreLock.class);

    /** The kernel releases a process's lock when that process closes the file anywhere, so it is not opened twice. */
    private static final Set<Path> heldHere = ConcurrentHashMap.newKeySet();

    private final Path file;
    private FileChannel channel;

    /** Which file is locked; null if it could not be identified. */
    private @Nullable NamedFileIdentity identity;

    private StoreLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
        this.identity = identityOf(file);
    }

    /**
     * Acquires the lock, which the kernel releases however this process ends.
     *
     * @param file the lock file, made if missing
     * @throws HeldException if another process, or another part of this one, holds it
     */
    static StoreLock acquire(Path file) throws IOException, HeldException {
        if (!heldHere.add(file)) {
            throw new HeldException(ProcessHandle.current().pid() + "");
        }
        boolean taken = false;
        try {
            StoreLock lock = new StoreLock(file, lock(file));
            taken = true;
            return lock;
        } finally {
            if (!taken) {
                heldHere.remove(file);
            }
        }
    }

    /**
     * Checks whether a process holds a lock whose file cannot be written.
     *
     * @throws IOException if that cannot be determined
     */
    static boolean isHeld(Path file) throws IOException {
        try (FileChannel channel = PrivateFiles.open(file, StandardOpenOption.READ);
                FileLock shared = channel.tryLock(0, Long.MAX_VALUE, true)) {
            return shared == null;
        } catch (NoSuchFileException e) {
            return false;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    /**
     * Acquires the lock again, with a new file, if its file was removed or replaced.
     *
     * @return whether that was so
     * @throws HeldException if another process was faster
     * @throws IOException if the file cannot be inspected or locked
     */
    boolean renew() throws IOException, HeldException {
        NamedFileIdentity there = NamedFileIdentity.of(file);
        if (there != null && there.equals(identity)) {
            return false;
        }
        FileChannel renewed = lock(file);
        channel.close();
        channel = renewed;
        identity = identityOf(file);
        return true;
    }

    private static FileChannel lock(Path file) throws IOException, HeldException {
        FileChannel channel =
                PrivateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            if (channel.tryLock() == null) {
                String holder = Files.readString(file).strip();
                throw new HeldException(holder.isEmpty() ? "unknown" : holder);
            }
            writeHolder(channel);
            taken = true;
            return channel;
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static @Nullable NamedFileIdentity identityOf(Path file) {
        try {
            return NamedFileIdentity.of(file);
        } catch (IOException e) {
            return null;
        }
    }

    /** Another process, or another part of this one, holds the lock. */
    static final class HeldException extends Exception {
        HeldException(String processId) {
            super("process " + processId);
        }
    }

    /** For operators; on a full disk it may fail, and the lock holds all the same. */
    private static void writeHolder(FileChannel channel) {
        ByteBuffer pid =
                StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n");
        try {
            while (pid.hasRemaining()) {
                channel.write(pid);
            }
            channel.truncate(pid.limit());
        } catch (IOException e) {
            logger.debug("The process id cannot be written to the lock file", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        heldHere.remove(file);
    }
}
