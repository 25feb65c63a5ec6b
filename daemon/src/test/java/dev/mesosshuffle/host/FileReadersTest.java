package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.AccessListWriter;
import dev.mesosshuffle.testing.HostileUser;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileReadersTest {
    private static final int USER = 4711;

    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void makeFile() throws Exception {
        file = Files.writeString(dir.resolve("file"), "secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void areTheOwnerAloneWithoutABitForOthers() throws Exception {
        assertThat(FileReaders.of(file).areOnly(USER)).isTrue();
        assertThat(FileReaders.of(file).user()).isEqualTo(ProcessCredentials.owner(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"r--r-----", "rw-r-----", "r-----r--", "r-x--x---", "r--r--r--"})
    void areOthersWhereTheModeSaysSo(String mode) throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        assertThat(FileReaders.of(file).areOnly(USER)).isFalse();
    }

    @Test
    void areTheOneUserWhomAListNames() throws Exception {
        AccessListWriter.ofOwner().user(USER).owningGroup(false).writeTo(file);

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("r--r-----"));
        FileReaders readers = FileReaders.of(file);
        assertThat(readers.areOnly(USER)).isTrue();
        assertThat(readers.areOnly(USER + 1)).isFalse();
        assertThat(readers.users()).containsExactly(USER);
    }

    @Test
    void areOthersIfAListNamesAnotherUserOrAGroup() throws Exception {
        AccessListWriter.ofOwner().user(USER).user(USER + 1).owningGroup(false).writeTo(file);
        assertThat(FileReaders.of(file).areOnly(USER)).isFalse();

        AccessListWriter.ofOwner().user(USER).owningGroup(true).writeTo(file);
        assertThat(FileReaders.of(file).areOnly(USER)).isFalse();

        AccessListWriter.ofOwner().user(USER).owningGroup(false).group(1).writeTo(file);
        assertThat(FileReaders.of(file).areOnly(USER)).isFalse();
    }

    @Test
    void areForTheUserWhomRootNames() {
        assertThat(new FileReaders(0, Set.of(USER), false).user()).isEqualTo(USER);
        assertThat(new FileReaders(0, Set.of(USER, 1), false).user()).isZero();
        assertThat(new FileReaders(HostileUser.UID, Set.of(USER), false).user()).isEqualTo(HostileUser.UID);
    }

    @Test
    void areNotToldByAListOfAnotherForm() {
        assertThat(AccessList.parse(ByteBuffer.allocate(3))).isNull();
        assertThat(AccessList.parse(ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN)))
                .as("version 0")
                .isNull();
        ByteBuffer cutOff = AccessListWriter.ofOwner().user(USER).encoded();
        assertThat(AccessList.parse(cutOff.limit(cutOff.limit() - 1))).isNull();
    }
}
