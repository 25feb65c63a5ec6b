package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mesosshuffle.host.MountPoints;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names are bytes, whatever this process's locale makes of them: what is mounted at one is left, and it goes once nothing
 * is. The build runs this in a locale with UTF-8, and in one without.
 */
final class NamesInAnyEncodingTest {
    @TempDir
    private Path temp;

    private LocalDirFixture localDirs;
    private LocalDir dir;
    private Path going;

    @BeforeEach
    void setUp() throws IOException {
        localDirs = LocalDirFixture.in(temp);
        dir = localDirs.filledDir("blockmgr-1");
        LocalDirDeletion.mark(dir);
        going = LocalDirFixture.going(dir);
    }

    @AfterEach
    void nothingOutsideChanged() throws IOException {
        localDirs.assertOutsideUntouched();
    }

    /** What {@code printf} makes of each is the name; only it can write bytes that are not text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "m\\303\\274ll",
                "\\346\\227\\245",
                "latin-1-\\374",
                "half-\\303",
                "a\\nb",
                "a\\tb",
                "a b",
                "back\\\\slash",
                "octal-\\\\040",
                "\\\\303\\\\274",
                "percent-%%20",
                "#?;",
                "plain"
            })
    void whatIsMountedUnderAnyNameIsLeft(String name) throws Exception {
        shell("mkdir -p \"$2/0a/$name/deeper\"", name);
        boolean mounted = shell("mount --bind \"$3\" \"$2/0a/$name\"", name);
        assumeTrue(mounted, "mounting is not permitted here");
        try {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(this::delete)
                    .withMessageContaining("another file system is mounted here");
            localDirs.assertOutsideUntouched();
            assertThat(going.resolve("00")).doesNotExist();
        } finally {
            assertThat(shell("umount \"$2/0a/$name\"", name)).isTrue();
        }
        assertThat(shell("mount --bind \"$3\" \"$2/0a/$name/deeper\"", name)).isTrue();
        try {
            assertThatExceptionOfType(IOException.class).isThrownBy(this::delete);
            localDirs.assertOutsideUntouched();
        } finally {
            assertThat(shell("umount \"$2/0a/$name/deeper\"", name)).isTrue();
        }
        assertThatCode(this::delete).doesNotThrowAnyException();
        assertThat(localDirs.root).isEmptyDirectory();
    }

    private void delete() throws IOException {
        LocalDirDeletion.delete(dir, () -> false, bytes -> {});
    }

    private boolean shell(String command, String name) throws Exception {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "name=$(printf \"$1\"); " + command,
                        "sh",
                        name,
                        going.toString(),
                        localDirs.outside.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
    }

    // The kernel's list itself.

    private static MountPoints in(String list) throws IOException {
        return MountPoints.in(list.getBytes(StandardCharsets.ISO_8859_1), Path.of("/root/going"));
    }

    private static String line(String mountPoint) {
        return "36 35 98:0 /mnt1 " + mountPoint + " rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n";
    }

    @Test
    void readsEscapedNames() throws Exception {
        assertThat(in(line("/root/going/a\\040b")).contains(Path.of("/root/going/a b")))
                .isTrue();
        assertThat(in(line("/root/going/a\\134040b")).contains(Path.of("/root/going/a\\040b")))
                .isTrue();
        assertThat(in(line("/root/going/a\\134040b")).contains(Path.of("/root/going/a b")))
                .isFalse();
        assertThat(in(line("/root/going2") + line("/root")).isEmpty()).isTrue();
        assertThat(in(line("/") + line("/root/going")).isEmpty()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "36 35 98:0 /mnt1 /mnt2 rw - ext3 /dev/root",
                "\n",
                "36 35 98:0 /mnt1\n",
                "36 35 98:0 /mnt1 mnt2 rw,noatime - ext3 /dev/root rw\n",
                "36 35 98:0 /mnt1 /mnt\\9 rw,noatime - ext3 /dev/root rw\n",
                "36 35 98:0 /mnt1 /mnt\\04 rw,noatime - ext3 /dev/root rw\n",
                "36 35 98:0 /mnt1 /mnt\\777 rw,noatime - ext3 /dev/root rw\n"
            })
    void aListThatIsNotUnderstoodSaysNothing(String list) {
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> in(list));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> in(list + line("/root/going/a").strip()));
    }

    @Test
    void aDirWithSuchAListIsNotTakenForGone() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> in(""))
                .satisfies(e -> assertThat(e).isNotInstanceOf(java.nio.file.NoSuchFileException.class));
    }
}
