package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.FileTimes;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The disk as it is, until a test has some of its answers fail, as the JDK tells of such failures. */
public final class FaultyFiles implements FileTimes {
    private volatile @Nullable Fault fault;
    private volatile Predicate<Path> where = path -> true;
    private volatile @Nullable Path vanished;
    private volatile @Nullable Path awaited;
    private volatile Runnable interlude = () -> {};

    /** What a disk, or a process without descriptors or memory, may answer in place of what it was asked. */
    public enum Fault {
        NO_DESCRIPTORS {
            @Override
            void open(Path path) throws IOException {
                throw new FileSystemException(path.toString(), null, "Too many open files");
            }
        },
        DENIED {
            @Override
            void stat(Path path) throws IOException {
                throw new AccessDeniedException(path.toString());
            }
        },
        DENIED_TO_LIST {
            @Override
            void open(Path path) throws IOException {
                throw new AccessDeniedException(path.toString());
            }
        },
        IO_ERROR {
            @Override
            void stat(Path path) throws IOException {
                throw new FileSystemException(path.toString(), null, "Input/output error");
            }
        },
        IO_ERROR_WHILE_LISTING {
            @Override
            void next(Path dir) {
                throw new DirectoryIteratorException(
                        new FileSystemException(dir.toString(), null, "Input/output error"));
            }
        },
        LINKS_IN_A_CIRCLE {
            @Override
            void stat(Path path) throws IOException {
                throw new FileSystemException(path.toString(), null, "Too many levels of symbolic links");
            }
        },
        NOT_ALLOWED {
            @Override
            void open(Path path) {
                throw new SecurityException("not for " + path);
            }
        },
        NO_MEMORY {
            @Override
            void stat(Path path) {
                throw new OutOfMemoryError("for a test");
            }
        };

        void stat(Path path) throws IOException {}

        void open(Path path) throws IOException {}

        void next(Path dir) {}
    }

    public void fail(@Nullable Fault how) {
        fail(how, path -> true);
    }

    public void fail(@Nullable Fault how, Predicate<Path> which) {
        where = which;
        fault = how;
    }

    /** Lets an entry be gone when it is looked at, though it was listed. */
    void vanish(Path entry) {
        vanished = entry;
    }

    /** Has something happen before a path is looked at. */
    void before(Path path, Runnable action) {
        awaited = path;
        interlude = action;
    }

    private @Nullable Fault faultAt(Path path) {
        return where.test(path) ? fault : null;
    }

    @Override
    public BasicFileAttributes attributes(Path path) throws IOException {
        if (path.equals(awaited)) {
            interlude.run();
        }
        if (path.equals(vanished)) {
            throw new NoSuchFileException(path.toString());
        }
        Fault its = faultAt(path);
        if (its != null) {
            its.stat(path);
        }
        return ON_DISK.attributes(path);
    }

    @Override
    public DirectoryStream<Path> entries(Path dir) throws IOException {
        Fault its = faultAt(dir);
        if (its == null) {
            return ON_DISK.entries(dir);
        }
        its.open(dir);
        DirectoryStream<Path> real = ON_DISK.entries(dir);
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                its.next(dir);
                return real.iterator();
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }
}
