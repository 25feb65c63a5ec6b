package dev.mesosshuffle.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ShortPathTempDirFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The socket: who is let in, what is refused, and that nobody can hold it up. */
final class ControlServerTest {
    @TempDir(factory = ShortPathTempDirFactory.class)
    Path temp;

    private Path socket;
    private ControlServer server;

    @BeforeEach
    void start() throws Exception {
        socket = temp.resolve("s");
        server = started(ControlServerTest::echo);
    }

    private static void echo(String request, Appendable reply) throws IOException {
        reply.append("ok\nreceived " + request + '\n');
    }

    private ControlServer started(ControlCommands commands) {
        ControlServer created = new ControlServer(socket, commands);
        created.start();
        return created;
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private void restart(Set<UserPrincipal> allowed, Duration deadline) throws Exception {
        server.close();
        ServerSocketChannel channel = ControlServer.listen(socket);
        server = new ControlServer(socket, ControlServerTest::echo, deadline);
        server.start(channel, allowed);
    }

    @Test
    void makesItsSocketAgainThatSomebodyRemoved() throws Exception {
        Files.delete(socket);

        server.renew();

        assertThat(send("apps\n".getBytes(StandardCharsets.UTF_8))).isEqualTo("ok\nreceived apps\n");
        assertThat(ControlSocket.address(socket).getPath()).exists();
    }

    @Test
    void leavesAloneASocketThatIsThere() throws Exception {
        Object before = Files.getAttribute(socket, "unix:ino");

        server.renew();

        assertThat(Files.getAttribute(socket, "unix:ino")).isEqualTo(before);
        assertThat(send("apps\n".getBytes(StandardCharsets.UTF_8))).isEqualTo("ok\nreceived apps\n");
    }

    @Test
    void makesNoSocketOnceClosed() throws Exception {
        server.close();

        server.renew();

        assertThat(socket).doesNotExist();
    }

    @Test
    void beginsAsSoonAsTheSocketThatTheStartCouldNotMakeCanBeMade() throws Exception {
        server.close();
        Path dir = temp.resolve("d");
        socket = dir.resolve("s");
        try (LogCapture log = LogCapture.of(ControlServer.class)) {
            server = started(ControlServerTest::echo);
            server.renew();
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN The commands apps, keep, release and remove are not available: " + socket)
                    .contains("retried every 5 s");

            Files.createDirectory(dir);
            server.renew();
            server.renew();

            assertThat(log.lines()).hasSize(2).last().asString().startsWith("INFO " + socket + " is created");
            assertThat(send("apps\n".getBytes(StandardCharsets.UTF_8))).isEqualTo("ok\nreceived apps\n");
        }
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(ControlSocket.address(socket));
    }

    private String send(byte[] bytes) throws IOException {
        try (SocketChannel channel = connect()) {
            channel.write(ByteBuffer.wrap(bytes));
            channel.shutdownOutput();
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void answersALine() throws Exception {
        assertThat(ControlClient.send(socket, "keep äpp")).isEqualTo("received keep äpp\n");
    }

    @Test
    void isThereForItsUserAlone() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
    }

    @Test
    void refusesAnotherUser() throws Exception {
        restart(Set.of(), ControlProtocol.DEADLINE);
        assertThatThrownBy(() -> ControlClient.send(socket, "apps"))
                .isInstanceOf(ControlException.class)
                .hasMessageMatching("user \\S+ may not do that \\(expected: the daemon's user, or root\\)");
    }

    @Test
    void refusesARequestThatIsTooLongOrNoLineOrNoText() throws Exception {
        String refusal = "error no request of one line, at most 4096 bytes of UTF-8\n";
        assertThat(send("x".repeat(ControlProtocol.MAX_REQUEST_BYTES).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(refusal);
        assertThat(send("apps".getBytes(StandardCharsets.UTF_8))).isEqualTo(refusal);
        assertThat(send(new byte[] {(byte) 0xff, '\n'})).isEqualTo(refusal);
        assertThat(send(new byte[0])).isEqualTo(refusal);
        String longest = "x".repeat(ControlProtocol.MAX_REQUEST_BYTES - 1);
        assertThat(send((longest + '\n').getBytes(StandardCharsets.UTF_8))).isEqualTo("ok\nreceived " + longest + '\n');
    }

    @Test
    void closesAClientThatSaysNothing() throws Exception {
        restart(Set.of(Files.getOwner(temp)), Duration.ofMillis(50));
        try (SocketChannel silent = connect()) {
            assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void servesOthersWhileSomeAreStalledAndTurnsAwayThoseBeyondTheLimit() throws Exception {
        List<SocketChannel> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < ControlServer.MAX_CLIENTS - 1; i++) {
                stalled.add(connect());
            }
            assertThat(ControlClient.send(socket, "apps")).isEqualTo("received apps\n");
            stalled.add(connect());
            // The one that was served may still hold its place for a moment.
            String refusal = "";
            for (long start = System.nanoTime();
                    refusal.isEmpty() && System.nanoTime() - start < TimeUnit.MINUTES.toNanos(1); ) {
                refusal = refusal();
            }
            assertThat(refusal).isEqualTo("4 other commands are running; try again");
        } finally {
            for (SocketChannel channel : stalled) {
                channel.close();
            }
        }
    }

    private String refusal() {
        try {
            return ControlClient.send(socket, "apps").substring(0, 0);
        } catch (ControlException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void survivesAClientThatLeavesBeforeItIsAnswered() throws Exception {
        server.close();
        CountDownLatch left = new CountDownLatch(1);
        server = started((request, reply) -> {
            try {
                left.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            reply.append("ok\n" + "x".repeat(1 << 20));
        });
        try (SocketChannel leaving = connect()) {
            leaving.write(StandardCharsets.UTF_8.encode("apps\n"));
        }
        left.countDown();
        assertThat(ControlClient.send(socket, "apps")).hasSize(1 << 20);
    }

    @Test
    void passesALongReplyOnWhileItIsMade() throws Exception {
        server.close();
        CountDownLatch seen = new CountDownLatch(1);
        server = started((request, reply) -> {
            reply.append("ok\n" + "x".repeat(1 << 16));
            try {
                seen.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            reply.append("end");
        });
        StringBuilder text = new StringBuilder();
        ControlClient.send(socket, "apps", new Appendable() {
            @Override
            public Appendable append(CharSequence part) {
                text.append(part);
                if (text.length() > 0) {
                    seen.countDown();
                }
                return this;
            }

            @Override
            public Appendable append(CharSequence part, int start, int end) {
                return append(part.subSequence(start, end));
            }

            @Override
            public Appendable append(char part) {
                return append(String.valueOf(part));
            }
        });
        assertThat(text).hasToString("x".repeat(1 << 16) + "end");
    }

    @Test
    void takesThePlaceOfASocketThatAKilledProcessLeft() throws Exception {
        server.close();
        ControlServer.listen(socket).close();
        assertThat(socket).exists();
        assertThatThrownBy(() -> ControlClient.send(socket, "apps"))
                .hasMessage("no daemon runs with this configuration: nobody listens at " + socket);
        server = started((request, reply) -> reply.append("ok\n"));
        assertThat(ControlClient.send(socket, "apps")).isEmpty();
    }

    @Test
    void leavesNoSocketBehindWhenItStops() throws Exception {
        server.close();
        assertThat(socket).doesNotExist();
        assertThatThrownBy(() -> ControlClient.send(socket, "apps"))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("no daemon runs with this configuration: there is no " + socket);
    }

    @Test
    void refusesAPathThatIsTooLongForASocket() throws Exception {
        Path shortest = Path.of("/" + "x".repeat(ControlSocket.MAX_PATH_BYTES - "//control-7337.sock".length()));
        assertThat(ControlSocket.path(shortest, 7337).toString()).hasSize(ControlSocket.MAX_PATH_BYTES);
        assertThatThrownBy(() -> ControlSocket.path(Path.of(shortest + "ä"), 7337))
                .isInstanceOf(SocketPathException.class)
                .hasMessageContaining("has 108 bytes")
                .hasMessageContaining("expected: at most 106");
    }
}
