package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.RawClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.CRC32;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One client asks for work that takes minutes: another one is served beside it, and the work ends when the first has gone. */
class GreedyClientTest extends RunningDaemon {
    private static final byte[] BLOCK = block(1000, 1);

    /** Each takes a second or more. */
    private static final int REQUESTS = 60;

    private static final int NAMES = 50_000;

    /** Less than all of the greedy client's work takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @BeforeEach
    void writeFiles() throws IOException {
        files.writeMapOutput(0, 5, BLOCK);
    }

    @Test
    void removesBlocksForOneClientWhileItServesAnother() throws Exception {
        StringBuilder remove = new StringBuilder("07 'app' '7' " + String.format("%08x", NAMES));
        for (int i = 0; i < NAMES; i++) {
            remove.append(" 'r_").append(i).append('\'');
        }
        RawClient greedy = connectAndRegister();
        for (int i = 0; i < REQUESTS; i++) {
            greedy.send("03" + String.format("%016x", 100 + i) + "00000000" + remove);
        }
        serveAnother();
        greedy.reset();
        awaitRest();
    }

    @Test
    void registersAnExecutorWithManyDirsForOneClientWhileItServesAnother() throws Exception {
        StringBuilder register = new StringBuilder("02 'app' '9' 00000400");
        for (int i = 0; i < 1024; i++) {
            Path dir = Files.createDirectory(root.resolve("blockmgr-many-" + i));
            register.append(" '").append(dir).append('\'');
        }
        register.append(" 00000040 'sort'");
        RawClient greedy = connect();
        for (int i = 0; i < REQUESTS; i++) {
            greedy.send("03" + String.format("%016x", 100 + i) + "00000000" + register);
        }
        serveAnother();
        greedy.reset();
        awaitRest();
    }

    @Test
    void diagnosesABlockWithoutEndForOneClientWhileItServesAnother() throws Exception {
        long length = 60L << 30;
        files.write(
                "shuffle_0_6_0.index",
                ByteBuffer.allocate(16).putLong(0).putLong(length).array());
        files.write("shuffle_0_6_0.data", new byte[0]);
        try (RandomAccessFile data =
                new RandomAccessFile(files.file("shuffle_0_6_0.data").toFile(), "rw")) {
            data.setLength(length);
        }
        files.write("shuffle_0_6_0.checksum.CRC32", new byte[8]);
        RawClient greedy = connectAndRegister();
        for (int i = 0; i < REQUESTS; i++) {
            greedy.send("03" + String.format("%016x", 100 + i)
                    + "00000000 10 'app' '7' 00000000 0000000000000006 00000000 0000000000000000 'CRC32'");
        }
        serveAnother();
        greedy.reset();
        awaitRest();
    }

    private void serveAnother() throws Exception {
        CRC32 checksum = new CRC32();
        checksum.update(BLOCK);
        try (RawClient modest = connectAndRegister()) {
            assertThat(modest.rpc("05 'app'")).isEqualTo("0400000000");
            assertThat(fetch(modest, "shuffle_0_5_0")).isEqualTo(BLOCK);
            assertThat(modest.rpc("10 'app' '7' 00000000 0000000000000005 00000000 "
                            + String.format("%016x", checksum.getValue()) + " 'CRC32'"))
                    .as("the cause: the checksums agree")
                    .isEqualTo("04000000021103");
            assertThat(modest.rpc("07 'app' '7' 00000001 'r_1'")).isEqualTo("04000000050800000000");
        }
    }

    /** Waits until nothing runs, and nothing waits. */
    private void awaitRest() throws Exception {
        String disk = "metrics:name=shuffleService.disk." + root.toRealPath();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (value(disk + ".queue") + value(disk + ".activeThreads") > 0) {
            assertThat(System.nanoTime()).as("the disk's work has not ended").isLessThan(deadline);
            Thread.onSpinWait();
        }
        assertThat(value("metrics:name=shuffleService.store.queuedWrites")).isZero();
    }

    private static long value(String name) throws Exception {
        return ((Number) ManagementFactory.getPlatformMBeanServer()
                        .getAttribute(new ObjectName(name + ",type=gauges"), "Value"))
                .longValue();
    }
}
