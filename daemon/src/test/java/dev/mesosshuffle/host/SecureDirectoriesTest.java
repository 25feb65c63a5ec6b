package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way of opening directories keeps the same rules; by the kernel's calls, none waits for a FIFO. */
final class SecureDirectoriesTest {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> WRITE = Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final int OPENINGS = 20_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean stop = new AtomicBoolean();

    @TempDir
    private Path temp;

    private Path root;
    private Path dir;

    static Stream<Named<FileOpening>> ways() {
        return Stream.of(
                Named.of("descriptors", new DescriptorOpening(LinuxCalls::openName)),
                Named.of("the JDK", new DirectoryStreamOpening()));
    }

    @BeforeEach
    void setUp() throws IOException {
        root = Files.createDirectory(temp.toRealPath().resolve("root"));
        dir = Files.createDirectories(root.resolve("spark-1/blockmgr-1"));
        Files.writeString(dir.resolve("file"), "inside");
    }

    @AfterEach
    void tearDown() throws InterruptedException {
        stop.set(true);
        threads.shutdownNow();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void opensListsMovesAndDeletes(FileOpening way) throws Exception {
        try (SecureDirectoryStream<Path> above = SecureDirectories.open(way, root, root.resolve("spark-1"));
                SecureDirectoryStream<Path> open = SecureDirectories.openChild(above, Path.of("blockmgr-1"), dir)) {
            assertThat(SecureDirectories.attributes(open).fileKey())
                    .isEqualTo(
                            Files.readAttributes(dir, BasicFileAttributes.class).fileKey());
            List<Path> names = new ArrayList<>();
            open.forEach(entry -> names.add(entry.getFileName()));
            assertThat(names).containsExactly(Path.of("file"));
            open.move(Path.of("file"), above, Path.of("moved"));
            assertThat(dir.resolveSibling("moved")).hasContent("inside");
            above.deleteFile(Path.of("moved"));
            above.deleteDirectory(Path.of("blockmgr-1"));
            assertThat(root.resolve("spark-1")).isEmptyDirectory();
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void opensNoLinkFileOrFifo(FileOpening way) throws Exception {
        Path outside = Files.createDirectory(temp.toRealPath().resolve("outside"));
        Files.createSymbolicLink(root.resolve("link"), outside);
        Files.createSymbolicLink(root.resolve("link-inside"), dir);
        Files.createFile(root.resolve("file"));
        makeFifo(root.resolve("fifo"));
        for (String name : List.of("link", "link-inside", "file", "fifo", "link/x", "fifo/x")) {
            assertThatExceptionOfType(NotADirectoryException.class)
                    .as(name)
                    .isThrownBy(() -> SecureDirectories.open(way, root, root.resolve(name)));
        }
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> SecureDirectories.open(way, root, root.resolve("missing")))
                .withMessage(root.resolve("missing").toString());
        assertThat(descriptorsUnder(temp.toRealPath())).isEmpty();
    }

    /** The check before it is for the message only. */
    @Test
    void theOpenItselfRefusesAllButADirectory() throws Exception {
        Files.createSymbolicLink(root.resolve("link"), dir);
        Files.createFile(root.resolve("file"));
        makeFifo(root.resolve("fifo"));
        try (DescriptorDirectory open = DescriptorDirectory.open(root)) {
            for (String name : List.of("link", "file", "fifo")) {
                assertThatExceptionOfType(FileSystemException.class)
                        .isThrownBy(() -> open.openChild(Path.of(name), root.resolve(name)))
                        .withMessage(root.resolve(name) + ": Not a directory");
            }
            assertThatExceptionOfType(NoSuchFileException.class)
                    .isThrownBy(() -> open.openChild(Path.of("missing"), root.resolve("missing")));
        }
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> DescriptorDirectory.open(root.resolve("fifo")));
        assertThat(descriptorsUnder(root)).isEmpty();
    }

    @Test
    void opensNothingOnceItIsClosed() throws Exception {
        DescriptorDirectory open = DescriptorDirectory.open(root);
        open.close();
        open.close();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> open.openChild(Path.of("spark-1"), root.resolve("spark-1")))
                .withMessage(root + " is closed");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> open.newByteChannel(Path.of("file"), READ));
        assertThat(descriptorsUnder(root)).isEmpty();
    }

    @Test
    void opensRegularFilesOnlyToReadOrToWrite() throws Exception {
        Files.createSymbolicLink(dir.resolve("link"), dir.resolve("file"));
        makeFifo(dir.resolve("fifo"));
        try (SecureDirectoryStream<Path> open = SecureDirectories.open(root, dir)) {
            try (SeekableByteChannel channel = open.newByteChannel(Path.of("file"), WRITE)) {
                channel.write(StandardCharsets.UTF_8.encode("IN"));
            }
            try (SeekableByteChannel channel = open.newByteChannel(Path.of("file"), READ)) {
                ByteBuffer bytes = ByteBuffer.allocate(10);
                channel.read(bytes);
                assertThat(StandardCharsets.UTF_8.decode(bytes.flip()).toString())
                        .isEqualTo("INside");
            }
            for (Set<OpenOption> options : List.of(READ, WRITE)) {
                for (String name : List.of("link", "fifo")) {
                    assertThatExceptionOfType(UnsafeFileException.class)
                            .isThrownBy(() -> open.newByteChannel(Path.of(name), options))
                            .withMessageStartingWith(dir.resolve(name) + ": ");
                }
            }
            open.newByteChannel(Path.of("new"), Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW))
                    .close();
            assertThat(dir.resolve("new")).isEmptyFile();
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> open.newByteChannel(Path.of("file"), Set.of(StandardOpenOption.WRITE)));
        }
        assertThat(descriptorsUnder(root)).isEmpty();
    }

    @Test
    void namesTheDirectoryThatItMayNotOpen() throws Exception {
        if (ProcessCredentials.current().hasDacOverride()) {
            return;
        }
        run("chmod", "0", dir.toString());
        assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> SecureDirectories.open(root, dir))
                .withMessage(dir.toString());
    }

    /** By the JDK alone there is a moment in which it would. */
    @Test
    void neverWaitsWhileADirectoryIsSwappedForAFifo() throws Exception {
        FileOpening way = new DescriptorOpening(LinuxCalls::openName);
        AtomicInteger swaps = new AtomicInteger();
        Future<?> attack = threads.submit(() -> swapForFifo(swaps));
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        Future<?> victim = threads.submit(() -> {
            while (opened.get() + refused.get() < OPENINGS || opened.get() == 0 || refused.get() == 0) {
                try {
                    SecureDirectories.open(way, root, dir).close();
                    opened.incrementAndGet();
                } catch (IOException e) {
                    refused.incrementAndGet();
                }
            }
        });
        victim.get(2, TimeUnit.MINUTES);
        stop.set(true);
        attack.get(1, TimeUnit.MINUTES);
        assertThat(swaps).hasPositiveValue();
        assertThat(descriptorsUnder(root)).isEmpty();
    }

    /** Two renames for each swap, so that little time is between the kernel's look and its opening. */
    private Void swapForFifo(AtomicInteger swaps) throws Exception {
        makeFifo(root.resolve("fifo"));
        try (SecureDirectoryStream<Path> open = SecureDirectories.open(new DirectoryStreamOpening(), root, root)) {
            while (!stop.get()) {
                open.move(Path.of("spark-1"), open, Path.of("aside"));
                open.move(Path.of("fifo"), open, Path.of("spark-1"));
                swaps.incrementAndGet();
                open.move(Path.of("spark-1"), open, Path.of("fifo"));
                open.move(Path.of("aside"), open, Path.of("spark-1"));
            }
        }
        return null;
    }

    private static void makeFifo(Path path) throws Exception {
        run("mkfifo", path.toString());
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private static List<Path> descriptorsUnder(Path dir) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
                try {
                    Path target = Files.readSymbolicLink(descriptor);
                    if (target.startsWith(dir)) {
                        found.add(target);
                    }
                } catch (NoSuchFileException e) {
                    // That of the listing itself.
                }
            }
        }
        return found;
    }
}
