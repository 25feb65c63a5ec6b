package dev.mesosshuffle.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Whatever bytes a frame holds, it is decoded or rejected as malformed. */
class RequestDecoderFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void decodesOrRejects(byte[] bytes) {
        ByteBuf frame = Unpooled.wrappedBuffer(bytes);
        try {
            Request request = RequestDecoder.decode(frame);
            if (request instanceof Request.Rpc rpc && rpc.message() instanceof RpcMessage.OpenStream open) {
                int last = open.blocks().size() - 1;
                assertThat(open.blocks().get(0)).isNotNull();
                assertThat(open.blocks().get(last)).isNotNull();
            }
        } catch (MalformedMessageException e) {
            assertThat(e.getMessage()).contains("expected: ");
        } finally {
            assertThat(frame.refCnt()).isEqualTo(1);
            frame.release();
        }
    }
}
