package dev.mesosshuffle.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.web.WebResponse;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whether a client sees that an answer is whole. */
final class JsonAnswersTest {
    private final Recorder response = new Recorder();

    private static final class Recorder extends ByteArrayOutputStream implements WebResponse {
        boolean isComplete;

        @Override
        public void header(String name, String value) {}

        @Override
        public void send(int status, String contentType, byte[] body) {
            throw new AssertionError("not streamed");
        }

        @Override
        public OutputStream stream(int status, String contentType) {
            return this;
        }

        @Override
        public void close() {
            isComplete = true;
        }
    }

    @Test
    void completesAnAnswerThatIsWritten() throws Exception {
        JsonAnswers.sendList(response, "names", List.of("a"), (json, name) -> json.health(name, true, List.of()));
        assertThat(response.isComplete).isTrue();
        assertThat(response.toString(StandardCharsets.UTF_8)).endsWith("}");
    }

    @Test
    void leavesAnAnswerIncompleteThatFailed() {
        assertThatThrownBy(() -> JsonAnswers.sendList(response, "names", List.of("a"), (json, name) -> {
                    throw new IllegalStateException("no view");
                }))
                .hasMessage("no view");
        assertThat(response.isComplete).isFalse();
    }
}
