package dev.mesosshuffle.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mesosshuffle.host.ProcessCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The user of executors, where the tests run as root: what it owns, it may have put there. */
public final class HostileUser {
    public static final int UID = 12_345;

    private HostileUser() {}

    /** Passes a test over, and says so, where files cannot be given to another user. */
    public static void assumeRoot() throws IOException {
        assumeTrue(ProcessCredentials.current().uid() == 0, "only root can give a file to another user");
    }

    /** Makes that user the owner of a file, a directory, or a link itself. */
    public static Path gets(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", UID, LinkOption.NOFOLLOW_LINKS);
        return path;
    }
}
