package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Files around and below the roots that belong to nobody's application: whatever is sent, they stay as they are. */
final class SentinelFiles {
    private final Map<Path, String> contents = new HashMap<>();

    /** Creates them. */
    SentinelFiles(Path folder, Path root) throws IOException {
        write(folder.resolve("outside/blockmgr-notes/0a/shuffle_0_0_0.data"), "outside");
        write(folder.resolve("outside/secret"), "secret");
        write(root.resolve("blockmgr-notes/notes"), "another user's notes");
        write(root.resolve("notes"), "notes");
        write(root.resolve("spark-notes/notes"), "more notes");
    }

    private void write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        contents.put(file, content);
    }

    void assertUntouched() {
        contents.forEach((file, content) -> assertThat(file).hasContent(content));
    }
}
