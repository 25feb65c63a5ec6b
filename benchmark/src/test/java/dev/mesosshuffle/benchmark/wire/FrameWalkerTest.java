package dev.mesosshuffle.benchmark.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameWalkerTest {
    private final List<String> seen = new ArrayList<>();
    private final FrameWalker walker = new FrameWalker(new FrameWalker.Listener() {
        @Override
        public void onRpcResponse(ByteBuffer answer) {
            seen.add(StreamHandle.read(answer).toString());
        }

        @Override
        public void onBlock(long bytes) {
            seen.add("block of " + bytes);
        }
    });

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 20, 21, 22, 64, 100_000})
    void shouldFindEveryFrameWhereverTheBytesAreCut(int piece) throws IOException {
        byte[] bytes = new MessageBytes()
                .raw(handle(9, 4))
                .raw(chunk(30))
                .raw(chunk(0))
                .raw(chunk(70_000))
                .raw(stream("9_3", 50))
                .raw(chunk(1))
                .toArray();

        for (int from = 0; from < bytes.length; from += piece) {
            walker.walk(ByteBuffer.wrap(bytes, from, Math.min(piece, bytes.length - from)));
        }

        assertThat(seen)
                .containsExactly(
                        "StreamHandle[streamId=9, chunks=4]",
                        "block of 30",
                        "block of 0",
                        "block of 70000",
                        "block of 50",
                        "block of 1");
    }

    @Test
    void shouldNotTakeAFailureForABlock() {
        byte[] failure = new MessageBytes()
                .int64(9 + 12 + 4 + 4)
                .type(2)
                .int64(9)
                .int32(0)
                .text("gone")
                .toArray();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> walker.walk(ByteBuffer.wrap(failure)))
                .withMessageContainingAll("type 2", "gone");
    }

    @Test
    void shouldRefuseWhatIsNoFrame() {
        byte[] noise = "HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.US_ASCII);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> walker.walk(ByteBuffer.wrap(noise)))
                .withMessageContaining("expected: at most");
    }

    private static byte[] handle(long streamId, int chunks) {
        return new MessageBytes()
                .int64(9 + 8 + 4 + 13)
                .type(4)
                .int64(1)
                .int32(13)
                .type(3)
                .int64(streamId)
                .int32(chunks)
                .toArray();
    }

    private static byte[] chunk(int length) {
        return new MessageBytes()
                .int64(21 + length)
                .type(1)
                .int64(9)
                .int32(0)
                .raw(new byte[length])
                .toArray();
    }

    private static byte[] stream(String name, int length) {
        return new MessageBytes()
                .int64(9 + 4 + name.length() + 8)
                .type(7)
                .text(name)
                .int64(length)
                .raw(new byte[length])
                .toArray();
    }
}
