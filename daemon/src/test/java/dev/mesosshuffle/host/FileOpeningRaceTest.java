package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is opened while another user swaps what lies in the place. */
class FileOpeningRaceTest extends FileOpeningFixture {
    /** Whatever is there at any moment, the open gives the file of the root, or none. */
    @ParameterizedTest
    @MethodSource("ways")
    void neverOpensAnythingElseWhileTheSubDirIsSwappedForALink(FileOpening opening) throws Exception {
        Path aside = root.resolve("aside");
        Path link = Files.createSymbolicLink(root.resolve("link"), outside);
        AtomicBoolean done = new AtomicBoolean();
        Thread attacker = new Thread(() -> {
            try {
                while (!done.get()) {
                    Files.move(subDir, aside);
                    Files.move(link, subDir);
                    Files.move(subDir, link);
                    Files.move(aside, subDir);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        openWhile(attacker, done, opening);
    }

    /** With the JDK alone there is a moment in which the open would wait. */
    @ParameterizedTest
    @MethodSource("waysWithoutARace")
    void neverWaitsWhileTheFileIsSwappedForAFifo(FileOpening opening) throws Exception {
        Path fifo = root.resolve("fifo");
        Path regular = root.resolve("regular");
        run("mkfifo", fifo.toString());
        Files.writeString(regular, INSIDE);
        AtomicBoolean done = new AtomicBoolean();
        Thread attacker = new Thread(() -> {
            try {
                while (!done.get()) {
                    Files.move(fifo, file, StandardCopyOption.REPLACE_EXISTING);
                    Files.move(file, fifo);
                    Files.createLink(file, regular);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        openWhile(attacker, done, opening);
    }

    private void openWhile(Thread attacker, AtomicBoolean done, FileOpening opening) throws Exception {
        attacker.start();
        int opened = 0;
        int refused = 0;
        try {
            while (opened < 100 || refused < 100) {
                try (OpenedFile regular = opening.open(root, file)) {
                    assertThat(text(regular)).isEqualTo(INSIDE);
                    opened++;
                } catch (FileSystemException e) {
                    refused++;
                }
            }
        } finally {
            done.set(true);
            attacker.join();
        }
    }
}
