package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;

/** A file below a root and one outside, for each way of opening. */
abstract class FileOpeningFixture {
    static final String INSIDE = "inside the root";
    static final String OUTSIDE = "another's secret";

    @TempDir
    Path temp;

    Path root;
    Path subDir;
    Path file;
    Path outside;

    static Stream<Named<FileOpening>> ways() {
        return Stream.of(
                Named.of("openat2", new DescriptorOpening(LinuxCalls::openName)),
                Named.of("openat", new DescriptorOpening(DescriptorOpening::openStepwise)),
                Named.of("the JDK", new DirectoryStreamOpening()));
    }

    static Stream<Named<FileOpening>> waysWithoutARace() {
        return ways().limit(2);
    }

    @BeforeEach
    void createFiles() throws IOException {
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        subDir = Files.createDirectories(root.resolve("blockmgr-1/0c"));
        file = subDir.resolve("rdd_1_2");
        Files.writeString(file, INSIDE);
        outside = Files.createDirectories(temp.toRealPath().resolve("outside/0c"));
        Files.writeString(outside.resolve("rdd_1_2"), OUTSIDE);
    }

    static String text(OpenedFile opened) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(100);
        opened.read(bytes, 0);
        return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    }

    static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
