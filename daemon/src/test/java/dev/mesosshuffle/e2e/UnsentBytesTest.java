package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the kernel holds for a client that asks for blocks and does not read them, by its own table of sockets. */
class UnsentBytesTest extends RunningDaemon {
    private static final int UNBOUNDED_CONNECTIONS = 64;
    private static final long MAX_UNSENT = 512 * 1024;
    /** What goes to the client before it stops the flow, and one write too many. */
    private static final long SLACK = 512 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LOOKS = 500;
    private static final String LISTENING = "0A";

    private final Deque<RawClient> clients = new ArrayDeque<>();

    @BeforeEach
    void writeFile() throws IOException {
        files.writeMapOutput(0, 6, block(LARGE, 1));
    }

    @AfterEach
    void leave() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
    }

    @Test
    void oneOfFewHasAsMuchAsTheKernelTakes() throws Exception {
        askForLargeBlock();
        await(held -> held > MAX_UNSENT + SLACK);
    }

    @Test
    void oneBeyondTheFirst64HasABound() throws Exception {
        while (clients.size() < UNBOUNDED_CONNECTIONS) {
            clients.add(connectAndRegister());
        }
        askForLargeBlock();
        await(held -> held >= MAX_UNSENT / 2);
        for (int look = 0; look < LOOKS; look++) {
            assertThat(held()).isLessThan(MAX_UNSENT + SLACK);
        }
    }

    private void askForLargeBlock() throws IOException {
        RawClient client = connectAndRegister();
        clients.add(client);
        String stream = client.openStream("00 'app' '7' 00000001 'shuffle_0_6_0'");
        client.send("00" + stream + "00000000");
    }

    private void await(LongPredicate condition) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.test(held())) {
            assertThat(System.nanoTime()).as("%s bytes are held", held()).isLessThan(deadline);
        }
    }

    /** The bytes that wait in the daemon's sockets, all together: sent and not acknowledged, or not sent. */
    private long held() throws IOException {
        String local = String.format("0100007F:%04X", daemon.localAddress().getPort());
        long bytes = 0;
        for (String table : List.of("tcp", "tcp6")) {
            Path path = Path.of("/proc/self/net", table);
            for (String socket : Files.exists(path) ? Files.readAllLines(path) : List.<String>of()) {
                String[] columns = socket.strip().split(" +", -1);
                if (columns[1].endsWith(local) && !columns[3].equals(LISTENING)) {
                    bytes += Long.parseLong(columns[4].substring(0, columns[4].indexOf(':')), 16);
                }
            }
        }
        return bytes;
    }
}
