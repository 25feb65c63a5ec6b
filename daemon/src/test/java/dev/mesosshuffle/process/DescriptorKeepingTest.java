package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.LogCapture;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainDatagramSocketAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real socket in the place of systemd's, which does not wait: what was sent is there. */
class DescriptorKeepingTest {
    @TempDir
    private Path temp;

    private Socket systemd;
    private Socket listener;

    @BeforeEach
    void listen() throws IOException {
        Epoll.ensureAvailability();
        systemd = Socket.newSocketDomainDgram();
        systemd.bind(new DomainSocketAddress(temp.resolve("notify").toString()));
        listener = Socket.newSocketStream();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        listener.listen(1);
    }

    @AfterEach
    void close() throws IOException {
        systemd.close();
        listener.close();
    }

    @Test
    void sendsTheNameAndADuplicateOfTheDescriptor() throws Exception {
        try (SystemdNotifier notifier = start()) {
            assertThat(notifier.isAvailable()).isTrue();
            notifier.keep("listener-1", listener.intValue());
            assertThat(received()).isEqualTo("FDSTORE=1\nFDNAME=listener-1\nFDPOLL=0");

            notifier.keep("listener-1", listener.intValue());
            Socket duplicate = new Socket(systemd.recvFd());
            assertThat(duplicate.intValue()).isNotEqualTo(listener.intValue());
            assertThat(duplicate.localAddress()).isEqualTo(listener.localAddress());
            duplicate.close();
        }
    }

    @Test
    void removesByName() throws Exception {
        try (SystemdNotifier notifier = start()) {
            notifier.forget("listener-1");
            assertThat(received()).isEqualTo("FDSTOREREMOVE=1\nFDNAME=listener-1");
        }
    }

    @Test
    void warnsOnceOfADescriptorThatIsNotOpen() throws Exception {
        try (SystemdNotifier notifier = start();
                LogCapture log = LogCapture.of(SystemdNotifier.class)) {
            notifier.keep("listener-1", Integer.MAX_VALUE);
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN Cannot have systemd keep the listening socket")
                    .contains("Bad file descriptor");
        }
    }

    @Test
    void keepsNothingWithoutSystemd() throws Exception {
        try (SystemdNotifier none = SystemdNotifier.start(Map.of())) {
            assertThat(none.isAvailable()).isFalse();
            none.keep("listener-1", listener.intValue());
            none.forget("listener-1");
        }
    }

    private SystemdNotifier start() throws IOException {
        SystemdNotifier notifier = SystemdNotifier.start(
                Map.of("NOTIFY_SOCKET", temp.resolve("notify").toString()));
        assertThat(received()).isEqualTo("READY=1");
        return notifier;
    }

    private String received() throws IOException {
        ByteBuffer message = ByteBuffer.allocateDirect(1024);
        DomainDatagramSocketAddress sender = systemd.recvFromDomainSocket(message, 0, message.capacity());
        message.limit(sender.receivedAmount());
        return StandardCharsets.UTF_8.decode(message).toString();
    }
}
