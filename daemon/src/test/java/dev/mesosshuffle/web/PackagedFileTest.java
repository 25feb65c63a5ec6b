package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PackagedFileTest {
    private final List<String> sent = new ArrayList<>();
    private final List<String> opened = new ArrayList<>();

    /** Keeps what is sent. */
    private final WebResponse response = new WebResponse() {
        @Override
        public void header(String name, String value) {
            sent.add(name + ": " + value);
        }

        @Override
        public void send(int status, String contentType, byte[] body) {
            sent.add(status + " " + contentType + " " + new String(body, StandardCharsets.UTF_8));
        }

        @Override
        public OutputStream stream(int status, String contentType) {
            throw new AssertionError("a stream");
        }
    };

    private final WebRequest request =
            new WebRequest("GET", "/file", Map.of(), Map.of(), Map.of(), InetAddress.getLoopbackAddress(), null);

    private InputStream open(String name) {
        opened.add(name);
        return new ByteArrayInputStream("content".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsTheFileWithTheFirstRequestAndKeepsIt() throws Exception {
        PackagedFile file = new PackagedFile(this::open, "name.txt", "text/plain");
        assertThat(opened).isEmpty();

        file.handle(request, response);
        file.handle(request, response);

        assertThat(opened).containsExactly("name.txt");
        assertThat(sent)
                .containsExactly(
                        "cache-control: private, max-age=300",
                        "200 text/plain content",
                        "cache-control: private, max-age=300",
                        "200 text/plain content");
    }

    @Test
    void failsBeforeTheAnswerIfThereIsNoSuchFile() {
        PackagedFile file = new PackagedFile(PackagedFileTest.class, "missing.txt", "text/plain");

        assertThatThrownBy(() -> file.handle(request, response))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("missing.txt");
        assertThat(sent).isEmpty();
    }
}
