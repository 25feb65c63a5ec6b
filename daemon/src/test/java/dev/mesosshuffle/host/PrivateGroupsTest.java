package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateGroupsTest {
    @TempDir
    private Path dir;

    private PrivateGroups groups;

    @BeforeEach
    void write() throws Exception {
        Path users = Files.writeString(dir.resolve("passwd"), """
                root:x:0:0:root:/root:/bin/bash
                spark:x:1000:1000:,,,:/home/spark:/bin/bash
                ada:x:1001:1001::/home/ada:/bin/bash
                bob:x:1002:1003::/home/bob:/bin/bash
                eve:x:1003:1003::/home/eve:/bin/bash
                tom:x:1004:1004::/home/tom:/bin/bash
                broken
                """);
        Path names = Files.writeString(dir.resolve("group"), """
                root:x:0:
                spark:x:1000:spark
                ada:x:1001:eve
                staff:x:1003:
                """);
        groups = new PrivateGroups(users, names);
    }

    @Test
    void aGroupOfOneUserIsPrivate() {
        assertThat(groups.isPrivate(1000, 1000)).isTrue();
    }

    @Test
    void aGroupWithAnotherMemberIsNot() {
        assertThat(groups.isPrivate(1001, 1001)).isFalse();
    }

    @Test
    void aGroupThatIsAnothersFirstGroupTooIsNot() {
        assertThat(groups.isPrivate(1003, 1002)).isFalse();
    }

    @Test
    void aGroupOfAnotherUserIsNot() {
        assertThat(groups.isPrivate(1000, 1001)).isFalse();
    }

    @Test
    void whatIsNotKnownIsNot() {
        assertThat(groups.isPrivate(1004, 1004)).as("no such group").isFalse();
        assertThat(groups.isPrivate(4711, 4711)).as("no such user").isFalse();
        assertThat(new PrivateGroups(dir.resolve("missing"), dir.resolve("missing")).isPrivate(1000, 1000))
                .isFalse();
    }
}
