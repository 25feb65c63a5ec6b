package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.testing.HostileUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who else could change what a path leads to. */
final class PathTrustTest {
    private static final int STICKY_FOR_ALL = 01777;

    @TempDir
    private Path temp;

    private Path parent;
    private Path dir;
    private PathTrust trust;

    @BeforeEach
    void setUp() throws IOException {
        temp = temp.toRealPath();
        parent = Files.createDirectory(temp.resolve("parent"));
        dir = Files.createDirectory(parent.resolve("dir"));
        trust = PathTrust.ofThisProcess();
    }

    @Test
    void acceptsWhatThisUserAndRootAloneCanChange() {
        assertThatCode(() -> trust.checkDirectory(dir)).doesNotThrowAnyException();
        assertThatCode(() -> trust.checkDirectory(dir.resolve("not/there"))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxr-x", "rwxr-xrwx"})
    void refusesADirectoryThatOthersMayWriteToAndWhatLiesBelow(String mode) throws IOException {
        // Another user's own group may be private, and is no other then.
        HostileUser.assumeRoot();
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString(mode));
        assertRefused(parent, parent, mode);
        assertRefused(dir, parent, mode);
        assertRefused(dir.resolve("not/there"), parent, mode);
    }

    @Test
    void acceptsADirectoryToWhichAGroupMayWriteThatTheOwnerAloneIsIn() throws IOException {
        HostileUser.assumeRoot();
        List<String> user = Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1).stream()
                .map(line -> List.of(line.split(":", -1)))
                .filter(fields -> !fields.get(2).equals("0"))
                .filter(fields -> PrivateGroups.ofThisHost()
                        .isPrivate(Integer.parseInt(fields.get(3)), Integer.parseInt(fields.get(2))))
                .findFirst()
                .orElseThrow();
        int uid = Integer.parseInt(user.get(2));
        for (Path each : List.of(parent, dir)) {
            Files.setAttribute(each, "unix:uid", uid);
            Files.setAttribute(each, "unix:gid", Integer.parseInt(user.get(3)));
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwxr-x"));
        }
        PathTrust ofUser = new PathTrust(uid);
        assertThatCode(() -> ofUser.checkDirectory(dir)).doesNotThrowAnyException();

        Files.setAttribute(parent, "unix:gid", HostileUser.UID);

        assertThatExceptionOfType(UnsafePathException.class).isThrownBy(() -> ofUser.checkDirectory(dir));
    }

    @Test
    void acceptsADirectoryOfThisUserInAStickyOneButNotThatItself() throws IOException {
        Files.setAttribute(parent, "unix:mode", STICKY_FOR_ALL);
        assertThatCode(() -> trust.checkDirectory(dir)).doesNotThrowAnyException();
        assertThatCode(() -> trust.checkDirectory(parent.resolve("new"))).doesNotThrowAnyException();
        assertRefused(parent, parent, "rwxrwxrwx and sticky");
    }

    @Test
    void refusesADirectoryOfAnotherUserAndWhatLiesBelow() throws IOException {
        HostileUser.assumeRoot();
        HostileUser.gets(parent);
        assertRefused(parent, parent, "belongs to user " + HostileUser.UID);
        assertRefused(dir, parent, "belongs to user " + HostileUser.UID);
    }

    @Test
    void refusesADirectoryOfAnotherUserInAStickyOne() throws IOException {
        HostileUser.assumeRoot();
        Files.setAttribute(parent, "unix:mode", STICKY_FOR_ALL);
        HostileUser.gets(dir);
        assertRefused(dir, dir, "belongs to user " + HostileUser.UID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dir", "./dir", "../parent/dir"})
    void followsALinkThatNobodyElseCanExchangeAndJudgesWhereItLeads(String target) throws IOException {
        Path link = Files.createSymbolicLink(parent.resolve("link"), Path.of(target));
        Files.createDirectory(dir.resolve("below"));
        assertThatCode(() -> trust.checkDirectory(link.resolve("below"))).doesNotThrowAnyException();
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused(link.resolve("below"), dir, "rwxrwxrwx");
    }

    @Test
    void refusesALinkOfAnotherUserOrWhereOthersMayCreateOne() throws IOException {
        Path link = Files.createSymbolicLink(parent.resolve("link"), dir);
        Files.setAttribute(parent, "unix:mode", STICKY_FOR_ALL);
        assertRefused(link, link, "is a link");

        HostileUser.assumeRoot();
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        HostileUser.gets(link);
        assertRefused(link, link, "is a link of user " + HostileUser.UID);
    }

    @Test
    void failsWhereALinkLeadsInACircleOrAFileIsInTheWay() throws IOException {
        Path loop = Files.createSymbolicLink(parent.resolve("loop"), Path.of("loop"));
        Path file = Files.createFile(parent.resolve("file"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> trust.checkDirectory(loop))
                .withMessageContaining("loop");
        assertThatExceptionOfType(NotDirectoryException.class)
                .isThrownBy(() -> trust.checkDirectory(file.resolve("below")));
    }

    @Test
    void acceptsAFileOfThisUserAndOneThatIsMissing() throws IOException {
        assertThatCode(() -> trust.checkFile(Files.createFile(dir.resolve("file"))))
                .doesNotThrowAnyException();
        assertThatCode(() -> trust.checkFile(dir.resolve("missing"))).doesNotThrowAnyException();
    }

    @Test
    void refusesWhatIsNoRegularFileOrHasASecondName() throws IOException {
        Path file = Files.createFile(dir.resolve("file"));
        Path link = Files.createSymbolicLink(dir.resolve("link"), file);
        assertFileRefused(link, "is a link");
        assertFileRefused(dir, "is no regular file");
        Files.createLink(dir.resolve("second"), file);
        assertFileRefused(file, "has 2 names");
    }

    @Test
    void refusesAFileThatSomebodyElseMayHaveWritten() throws IOException {
        Path file = Files.createFile(dir.resolve("file"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        assertFileRefused(file, "rw-rw----");
        trust.restrict(file);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
        assertThatCode(() -> trust.checkFile(file)).doesNotThrowAnyException();

        HostileUser.assumeRoot();
        HostileUser.gets(file);
        assertFileRefused(file, "belongs to user " + HostileUser.UID);
    }

    private void assertRefused(Path path, Path culprit, String reason) {
        assertThatExceptionOfType(UnsafePathException.class)
                .isThrownBy(() -> trust.checkDirectory(path))
                .withMessageStartingWith(culprit + " ")
                .withMessageContaining(reason);
    }

    private void assertFileRefused(Path file, String reason) {
        assertThatExceptionOfType(UnsafePathException.class)
                .isThrownBy(() -> trust.checkFile(file))
                .withMessageStartingWith(file + " ")
                .withMessageContaining(reason);
    }
}
