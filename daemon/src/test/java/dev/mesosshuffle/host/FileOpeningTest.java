package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way of opening files keeps the same rules. */
class FileOpeningTest extends FileOpeningFixture {
    @ParameterizedTest
    @MethodSource("ways")
    void opensARegularFileAndSaysWhichItIs(FileOpening opening) throws Exception {
        try (OpenedFile opened = opening.open(root, file)) {
            assertThat(text(opened)).isEqualTo(INSIDE);
            assertThat(opened.status()).isEqualTo(FileStatus.read(file)).isEqualTo(opening.status(file));
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void opensAFileWithAnyName(FileOpening opening) throws Exception {
        Path odd = Files.writeString(file.resolveSibling("rätsel 日 \\ '"), INSIDE);
        try (OpenedFile opened = opening.open(root, odd)) {
            assertThat(text(opened)).isEqualTo(INSIDE);
            assertThat(opened.status()).isEqualTo(opening.status(odd));
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void readsAPartAndKnowsWhereTheFileEnds(FileOpening opening) throws Exception {
        try (OpenedFile opened = opening.open(root, file)) {
            ByteBuffer part = ByteBuffer.allocateDirect(10).position(2).limit(8);
            assertThat(opened.read(part, 7)).isEqualTo(6);
            assertThat(part.position()).isEqualTo(8);
            byte[] bytes = new byte[6];
            part.get(2, bytes);
            assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(INSIDE.substring(7, 13));
            assertThat(opened.read(part, 0)).isZero();
            assertThat(opened.read(part.clear(), INSIDE.length())).isEqualTo(-1);
            assertThat(opened.size()).isEqualTo(INSIDE.length());
        }
    }

    @ParameterizedTest
    @MethodSource("waysWithoutARace")
    void saysOfAnOpenFileThatItHasNoNameAnyMoreWhateverLiesAtItsPath(FileOpening opening) throws Exception {
        try (OpenedFile opened = opening.open(root, file)) {
            assertThat(opened.currentStatus(file)).isEqualTo(opened.status());
            Files.move(Files.writeString(subDir.resolve("new"), INSIDE), file, StandardCopyOption.REPLACE_EXISTING);
            assertThat(opened.currentStatus(file).links()).isZero();
            assertThat(opened.status().links()).isOne();
        }
    }

    @ParameterizedTest
    @MethodSource("waysWithoutARace")
    void readsNothingOnceItIsClosed(FileOpening opening) throws Exception {
        OpenedFile opened = opening.open(root, file);
        opened.close();
        opened.close();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> opened.read(ByteBuffer.allocateDirect(1), 0))
                .withMessage("Bad file descriptor");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void saysOfALinkWhatItIs(FileOpening opening) throws Exception {
        Path link = Files.createSymbolicLink(root.resolve("link"), file);
        assertThat(opening.status(link)).isEqualTo(FileStatus.read(link, LinkOption.NOFOLLOW_LINKS));
        Path missing = root.resolve("missing");
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> opening.status(missing))
                .withMessage(missing.toString());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void opensNoLink(FileOpening opening) throws Exception {
        Files.delete(file);
        Files.createSymbolicLink(file, outside.resolve("rdd_1_2"));
        assertUnsafe(opening, file, "a symbolic link");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void followsNoLinkInTheSubDirsPlace(FileOpening opening) throws Exception {
        Files.move(subDir, root.resolve("aside"));
        Files.createSymbolicLink(subDir, outside);
        assertThatExceptionOfType(FileSystemException.class).isThrownBy(() -> opening.open(root, file));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void followsNoLinkInThePlaceOfADirAbove(FileOpening opening) throws Exception {
        Files.move(root.resolve("blockmgr-1"), root.resolve("aside"));
        Files.createSymbolicLink(root.resolve("blockmgr-1"), outside.getParent());
        assertThatExceptionOfType(FileSystemException.class).isThrownBy(() -> opening.open(root, file));
    }

    @ParameterizedTest
    @MethodSource("waysWithoutARace")
    void followsNoLinkInTheRootsPlace(FileOpening opening) throws Exception {
        Path moved = Files.move(root, root.resolveSibling("moved"));
        Files.createSymbolicLink(root, moved);
        assertThatExceptionOfType(FileSystemException.class).isThrownBy(() -> opening.open(root, file));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void opensNoFifoAndDoesNotWaitForItsOtherEnd(FileOpening opening) throws Exception {
        Files.delete(file);
        run("mkfifo", file.toString());
        assertUnsafe(opening, file, "a FIFO");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void opensNoDevice(FileOpening opening) throws Exception {
        Files.delete(file);
        assumeTrue(run("mknod", file.toString(), "c", "1", "5") == 0, "may make devices");
        assertUnsafe(opening, file, "device");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void opensNoSocket(FileOpening opening) throws Exception {
        Files.delete(file);
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            // The address of a socket must be short.
            Path bound = Files.createTempDirectory(Path.of("/tmp"), "s").resolve("s");
            socket.bind(UnixDomainSocketAddress.of(bound));
            Files.move(bound, file);
            Files.delete(bound.getParent());
            assertUnsafe(opening, file, "socket");
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void opensNoDirectory(FileOpening opening) throws Exception {
        assertUnsafe(opening, subDir, "a directory");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void saysWhichFileIsMissingOrBehindAFile(FileOpening opening) {
        Path missing = file.resolveSibling("rdd_9_9");
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> opening.open(root, missing))
                .withMessage(missing.toString());
        assertThatExceptionOfType(FileSystemException.class).isThrownBy(() -> opening.open(root, file.resolve("x")));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void saysWhichFileMayNotBeRead(FileOpening opening) throws Exception {
        assumeTrue(!ProcessCredentials.current().hasDacOverride(), "is not root");
        run("chmod", "0", file.toString());
        assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> opening.open(root, file))
                .withMessage(file.toString());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void leavesNoDescriptorOpen(FileOpening opening) throws Exception {
        Path link = Files.createSymbolicLink(root.resolve("link"), file);
        Path fifo = root.resolve("fifo");
        run("mkfifo", fifo.toString());
        for (int i = 0; i < 200; i++) {
            opening.open(root, file).close();
            try (OpenedFile opened = opening.open(root, file)) {
                assertThat(opened.channel().size()).isEqualTo(INSIDE.length());
            }
            for (Path unsafe : List.of(link, fifo, root.resolve("missing"), root)) {
                assertThatExceptionOfType(IOException.class).isThrownBy(() -> opening.open(root, unsafe));
            }
        }
        assertThat(descriptorsUnder(root)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void listsADirectoryByItsOwnPath(FileOpening opening) throws Exception {
        Path second = Files.writeString(subDir.resolve("rdd_1_3"), INSIDE);
        for (int i = 0; i < 200; i++) {
            try (DirectoryStream<Path> entries = opening.list(subDir)) {
                assertThat(entries).containsExactlyInAnyOrder(file, second);
            }
        }
        assertThat(descriptorsUnder(root)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void listsNeitherAFileNorWhatALinkLeadsTo(FileOpening opening) throws Exception {
        Path link = Files.createSymbolicLink(root.resolve("link"), outside);
        Path fifo = root.resolve("fifo");
        run("mkfifo", fifo.toString());
        for (Path none : List.of(link, fifo, file)) {
            assertThatExceptionOfType(FileSystemException.class).isThrownBy(() -> opening.list(none));
        }
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> opening.list(root.resolve("missing")));
    }

    @ParameterizedTest
    @MethodSource("waysWithoutARace")
    void listsNothingBehindALinkAbove(FileOpening opening) throws Exception {
        Files.createSymbolicLink(root.resolve("link"), outside.getParent());
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> opening.list(root.resolve("link").resolve("0c")));
    }

    @ParameterizedTest
    @MethodSource("waysWithoutARace")
    void doesNotWaitForWhoHoldsALease(FileOpening opening) throws Exception {
        try (Lease lease = Lease.on(file)) {
            assertThat(lease).isNotNull();
            assertUnsafe(opening, file, "leased");
        }
        opening.open(root, file).close();
    }

    @Test
    void choosesTheKernelsCallsHere() throws Exception {
        assertThat(LinuxCalls.canOpenNames()).isTrue();
        assertThat(StatusCalls.areAvailable()).isTrue();
        try (OpenedFile opened = RegularFiles.open(root, file)) {
            assertThat(text(opened)).isEqualTo(INSIDE);
        }
    }

    private void assertUnsafe(FileOpening opening, Path path, String found) {
        assertThatExceptionOfType(UnsafeFileException.class)
                .isThrownBy(() -> opening.open(root, path))
                .withMessageStartingWith(path + ": ")
                .withMessageContaining(found);
    }

    private static List<Path> descriptorsUnder(Path dir) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(Files::isSymbolicLink)
                    .map(FileOpeningTest::target)
                    .filter(target -> target.startsWith(dir))
                    .toList();
        }
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            // That of the listing itself.
            return link;
        }
    }
}
