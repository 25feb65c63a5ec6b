package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.RawClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an executor puts where its files should be, others are served, and nothing from outside is. */
class HostileFilesTest extends RunningDaemon {
    @ParameterizedTest
    @ValueSource(strings = {"shuffle_0_5_0.index", "shuffle_0_5_0.data", "rdd_0_5"})
    void answersAFifoWithAFailure(String name) throws Exception {
        files.writeMapOutput(0, 5, block(1000, 1));
        files.writeMapOutput(0, 6, block(1000, 2));
        files.write("rdd_0_5", block(10, 3));
        Path fifo = files.file(name);
        Files.delete(fifo);
        mkfifo(fifo);
        String block = name.startsWith("rdd") ? name : "shuffle_0_5_0";
        try (RawClient client = connectAndRegister()) {
            // More than there are threads for the disk.
            for (int i = 0; i < 5; i++) {
                assertThat(failure(client, block))
                        .contains(fifo.toString())
                        .contains("a FIFO (expected: a regular file)");
            }
            assertThat(fetch(client, "shuffle_0_6_0")).isEqualTo(block(1000, 2));
        }
    }

    @Test
    void diagnosesNothingFromAFifo() throws Exception {
        files.writeMapOutput(0, 5, block(1000, 1));
        Path fifo = files.file("shuffle_0_5_0.checksum.CRC32");
        Files.delete(fifo);
        mkfifo(fifo);
        try (RawClient client = connectAndRegister()) {
            assertThat(client.rpc("10 'app' '7' 00000000 0000000000000005 00000000 0000000000000001 'CRC32'"))
                    .isEqualTo("04000000021102");
        }
    }

    @Test
    void answersABlockThatNoFrameHoldsWithItsSize() throws Exception {
        long length = 1L << 42;
        files.write("rdd_0_5", new byte[0]);
        try (RandomAccessFile sparse =
                new RandomAccessFile(files.file("rdd_0_5").toFile(), "rw")) {
            sparse.setLength(length);
        }
        try (RawClient client = connectAndRegister()) {
            assertThat(failure(client, "rdd_0_5")).contains("block of " + length + " bytes");
        }
    }

    @Test
    void answersAnIndexThatIsTooLongWithItsSize() throws Exception {
        files.writeMapOutput(0, 5, block(1000, 1));
        long length = (1L << 34) + 8;
        try (RandomAccessFile sparse =
                new RandomAccessFile(files.file("shuffle_0_5_0.index").toFile(), "rw")) {
            sparse.setLength(length);
        }
        try (RawClient client = connectAndRegister()) {
            assertThat(failure(client, "shuffle_0_5_0"))
                    .contains(length + " bytes (expected: a multiple of 8, from 16 to");
        }
    }

    @Test
    void neverServesWhatALinkLeadsTo() throws Exception {
        byte[] own = block(1000, 1);
        files.write("rdd_0_5", own);
        Path file = files.file("rdd_0_5");
        Path subDir = file.getParent();
        Path aside = root.resolve("aside");
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.write(outside.resolve("rdd_0_5"), block(1000, 2));
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
        try (RawClient client = connectAndRegister()) {
            attacker.start();
            int served = 0;
            int failed = 0;
            while (served < 50 || failed < 20) {
                String stream = client.openStream("00 'app' '7' 00000001 'rdd_0_5'");
                client.send("00" + stream + "00000000");
                byte[] answer = client.receiveBytes();
                if (answer[0] == 1) {
                    assertThat(answer).endsWith(own);
                    served++;
                } else {
                    assertThat(answer[0]).isEqualTo((byte) 2);
                    failed++;
                }
            }
        } finally {
            done.set(true);
            attacker.join();
        }
    }

    private static String failure(RawClient client, String blockId) throws IOException {
        String stream = client.openStream("00 'app' '7' 00000001 '" + blockId + "'");
        client.send("00" + stream + "00000000");
        String answer = client.receive();
        assertThat(answer).startsWith("02" + stream);
        return RawClient.text(answer);
    }

    private static void mkfifo(Path path) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor(20, TimeUnit.SECONDS))
                .isTrue();
    }
}
