package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.ShuffleDaemon;
import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ReloadableLimits;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.config.StateDirCandidates;
import dev.mesosshuffle.testing.GoldenBytes;
import dev.mesosshuffle.testing.RawClient;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When connections begin, wait and end. */
class ConnectionsTest extends RunningDaemon {
    @Test
    void closesAnIdleConnectionButNotADrivers() throws Exception {
        restart(config(IoMode.AUTO, Duration.ofMillis(300), Long.MAX_VALUE));
        try (RawClient driver = connect();
                RawClient other = connect()) {
            assertThat(driver.rpc("04 'app' 000000000001d4c0")).isEqualTo("0400000000");
            // The driver's connection has been idle for longer than this one when this one is closed.
            other.awaitClose();
            assertThat(driver.rpc("05 'app'")).isEqualTo("0400000000");
        }
    }

    @Test
    void doesNotCloseAConnectionWhosePeerIsSlowToRead() throws Exception {
        restart(config(IoMode.AUTO, Duration.ofMillis(300), Long.MAX_VALUE));
        files.writeMapOutput(0, 5, block(LARGE, 1));
        try (RawClient slow = connectAndRegister();
                RawClient idle = connect()) {
            String stream = slow.openStream("00 'app' '7' 00000001 'shuffle_0_5_0'");
            slow.send("00" + stream + "00000000");
            idle.awaitClose();
            assertThat(chunk(slow, stream, 0)).isEqualTo(block(LARGE, 1));
        }
    }

    @Test
    void answersEveryRequestOfAClientThatDoesNotWaitForAnswers() throws Exception {
        // More than may be unanswered at a time, so that the daemon stops reading now and then.
        int requests = 100_000;
        String heartbeat = GoldenBytes.hex("000000000000001d 03 0000000000000001 00000000 05 'app'");
        try (RawClient client = connect()) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < requests; i += 1000) {
                        client.sendBytes(heartbeat.repeat(1000));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            int answerLength = 21;
            assertThat(client.receiveRaw(requests * answerLength)).hasSize(requests * answerLength);
            sending.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void closesAConnectionThatAsksForMoreChunksThanAllowed() throws Exception {
        restart(config(IoMode.AUTO, LONG, 2));
        findTheThirdChunkTooMuch();
    }

    @Test
    void takesALowerLimitOfChunksOverWhileItRuns() throws Exception {
        ServiceConfig unlimited = config(IoMode.AUTO, LONG, Long.MAX_VALUE);
        ReloadableLimits limits = new ReloadableLimits(unlimited);
        daemon.stop();
        daemon = ShuffleDaemon.start(unlimited, limits);
        limits.change(config(IoMode.AUTO, LONG, 2));
        findTheThirdChunkTooMuch();
    }

    private void findTheThirdChunkTooMuch() throws IOException {
        files.writeMapOutput(0, 5, block(LARGE, 1), block(LARGE, 2), block(10, 3));
        try (RawClient greedy = connectAndRegister()) {
            String stream = greedy.openStream("00 'app' '7' 00000003 'shuffle_0_5_0' 'shuffle_0_5_1' 'shuffle_0_5_2'");
            greedy.send("00" + stream + "00000000", "00" + stream + "00000001", "00" + stream + "00000002");
            assertThat(endsEarly(greedy)).isTrue();
        }
        assertThat(fetchOnceThereIsRoom("shuffle_0_5_2")).isEqualTo(block(10, 3));
    }

    /** The chunks of a connection that was closed are counted out a moment after its client notices. */
    private byte[] fetchOnceThereIsRoom(String blockId) throws IOException {
        for (int attempt = 0; attempt < 1000; attempt++) {
            try (RawClient client = connect()) {
                return fetch(client, blockId);
            } catch (IOException e) {
                assertThat(e).isInstanceOfAny(EOFException.class, SocketException.class);
            }
        }
        throw new IOException("still no room after 1000 attempts");
    }

    private static boolean endsEarly(RawClient client) throws IOException {
        try {
            client.receiveRaw(2 * LARGE);
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void saysWhyItCannotListen() {
        ServiceConfig config = config(IoMode.AUTO, LONG, Long.MAX_VALUE);
        Path otherState = temp.resolve("other-state");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> ShuffleDaemon.start(listeningOn(config, "no.such.host.invalid", 0, otherState)))
                .withMessageStartingWith("cannot listen on no.such.host.invalid:0: unknown host")
                .withMessageContaining("spark.mesos.shuffle.service.host");
        int taken = daemon.localAddress().getPort();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> ShuffleDaemon.start(listeningOn(config, "127.0.0.1", taken, otherState)))
                .withMessageStartingWith("cannot listen on 127.0.0.1:" + taken + ": ")
                .withMessageContaining("Address already in use; another process listens there")
                .withMessageEndingWith("set spark.shuffle.service.port");
        for (IoMode mode : new IoMode[] {IoMode.AUTO, IoMode.NIO}) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> ShuffleDaemon.start(
                            listeningOn(config(mode, LONG, Long.MAX_VALUE), "192.0.2.1", 0, otherState)))
                    .withMessageStartingWith("cannot listen on 192.0.2.1:0: ")
                    .withMessageContaining("this host has no such address")
                    .withMessageEndingWith("set spark.mesos.shuffle.service.host");
        }
    }

    private static ServiceConfig listeningOn(ServiceConfig config, String host, int port, Path stateDir) {
        return new ServiceConfig(
                host,
                port,
                config.transport(),
                new ServiceConfig.Disks(
                        config.disks().localRoots(),
                        config.disks().naming(),
                        StateDirCandidates.only(stateDir),
                        config.disks().threads(),
                        config.disks().indexCacheBytes(),
                        config.disks().maxRegistryBytes()),
                new ServiceConfig.Expiry(
                        config.expiry().checkInterval(), config.expiry().orphanTimeout()),
                new ServiceConfig.Cleanup(
                        config.cleanup().enabled(),
                        config.cleanup().deletionRate(),
                        config.cleanup().orphans(),
                        config.cleanup().minFreePercent()),
                config.master());
    }

    @Test
    void letsWhatIsInFlightFinishWhenItStops() throws Exception {
        files.writeMapOutput(0, 5, block(LARGE, 1));
        try (RawClient client = connectAndRegister()) {
            String stream = client.openStream("00 'app' '7' 00000001 'shuffle_0_5_0'");
            client.send("00" + stream + "00000000");
            // The frame's first byte: the answer is on its way.
            byte[] head = client.receiveRaw(8);
            assertThat(head).hasSize(8);
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(daemon::stop);
            assertThat(client.receiveRaw(13 + LARGE)).endsWith(Arrays.copyOf(block(LARGE, 1), 0));
            stopping.get(20, TimeUnit.SECONDS);
            client.awaitClose();
        }
    }
}
