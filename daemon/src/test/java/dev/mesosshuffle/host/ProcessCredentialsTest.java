package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessCredentialsTest {
    private static final int NOBODY = 65_534;

    @TempDir
    private Path parent;

    private Path dir;
    private int owner;
    private int group;

    @BeforeEach
    void setUp() throws IOException {
        dir = Files.createDirectory(parent.resolve("blockmgr-1"));
        owner = (Integer) Files.getAttribute(dir, "unix:uid");
        group = (Integer) Files.getAttribute(dir, "unix:gid");
    }

    @Test
    void itsOwnerMayDeleteADir() throws IOException {
        modes(0755, 0755);
        assertThat(user(owner).undeletableReason(dir)).isNull();
        modes(01777, 0700);
        assertThat(user(owner).undeletableReason(dir)).isNull();
    }

    @Test
    void itsOwnerMayNotDeleteADirThatIsReadOnly() throws IOException {
        modes(0755, 0555);
        assertThat(user(owner).undeletableReason(dir)).contains("not writable");
        modes(0555, 0755);
        assertThat(user(owner).undeletableReason(dir)).contains("parent is not writable");
    }

    @Test
    void anotherUserMayDeleteADirOnlyIfBothAreOpenToAll() throws IOException {
        modes(0777, 0777);
        assertThat(user(NOBODY).undeletableReason(dir)).isNull();
        modes(0777, 0755);
        assertThat(user(NOBODY).undeletableReason(dir)).contains("not writable");
        modes(0755, 0777);
        assertThat(user(NOBODY).undeletableReason(dir)).contains("parent is not writable");
    }

    @Test
    void anotherUserMayNotDeleteADirUnderAStickyParent() throws IOException {
        modes(01777, 0777);
        assertThat(user(NOBODY).undeletableReason(dir)).contains("sticky");
    }

    @Test
    void theGroupMayDeleteADirThatIsOpenToIt() throws IOException {
        ProcessCredentials member = new ProcessCredentials(NOBODY, Set.of(group), false, false);
        modes(0770, 0770);
        assertThat(member.undeletableReason(dir)).isNull();
        modes(0770, 0707);
        assertThat(member.undeletableReason(dir)).contains("not writable");
    }

    @Test
    void rootMayDeleteAnything() throws IOException {
        modes(01500, 0500);
        assertThat(new ProcessCredentials(NOBODY, Set.of(), true, true).undeletableReason(dir))
                .isNull();
    }

    @Test
    void rootWithoutItsCapabilitiesIsAUserLikeOthers() throws IOException {
        modes(01777, 0777);
        assertThat(new ProcessCredentials(NOBODY, Set.of(), true, false).undeletableReason(dir))
                .contains("sticky");
    }

    @Test
    void knowsThisProcess() throws IOException {
        assertThat(ProcessCredentials.current().uid()).isEqualTo(owner);
        assertThat(ProcessCredentials.current().groups()).contains(group);
    }

    private static ProcessCredentials user(int uid) {
        return new ProcessCredentials(uid, Set.of(), false, false);
    }

    private void modes(int parentMode, int dirMode) throws IOException {
        Files.setAttribute(dir, "unix:mode", dirMode);
        Files.setAttribute(parent, "unix:mode", parentMode);
    }
}
