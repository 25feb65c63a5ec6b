package dev.mesosshuffle.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.CorruptionCause;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.testing.GoldenBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplyTest {
    @Test
    void encodesAnRpcResponseWithoutBody() {
        assertEncoded(Reply.done(258), "0000000000000015 04 0000000000000102 00000000");
    }

    @Test
    void encodesAnRpcFailure() {
        assertEncoded(Reply.failed(258, "no"), "0000000000000017 05 0000000000000102 'no'");
    }

    @Test
    void escapesAndBoundsWhatAnErrorQuotes() {
        assertEncoded(Reply.failed(258, "a\n"), "000000000000001c 05 0000000000000102 'a\\u000a'");
        assertEncoded(Reply.chunkFailed(17, 2, "\u202e"), "000000000000001f 02 0000000000000011 00000002 '\\u202e'");
        assertThat(Reply.failed(258, "x".repeat(1 << 20)).encodedLength()).isLessThan(4096);
        assertThat(Reply.streamFailed("17_2", "x".repeat(1 << 20)).encodedLength())
                .isLessThan(4096);
    }

    @Test
    void encodesAStreamHandle() {
        assertEncoded(
                Reply.streamOpened(258, 17, 2),
                "0000000000000022 04 0000000000000102 0000000d 03 0000000000000011 00000002");
    }

    @Test
    void encodesBlocksRemoved() {
        assertEncoded(Reply.blocksRemoved(258, 3), "000000000000001a 04 0000000000000102 00000005 08 00000003");
    }

    @Test
    void encodesLocalDirs() {
        ExecutorShuffleInfo info = new ExecutorShuffleInfo(List.of("/a", "/b"), 64, "sort");
        assertEncoded(
                Reply.localDirs(258, Map.of("7", info)),
                "0000000000000037 04 0000000000000102 00000022"
                        + "0b 00000001 '7' 00000001 00000002 00000002 '/a' '/b'");
    }

    @Test
    void encodesEachCorruptionCause() {
        String head = "0000000000000017 04 0000000000000102 00000002 11";
        assertEncoded(Reply.corruptionCause(258, CorruptionCause.DISK_ISSUE), head + "00");
        assertEncoded(Reply.corruptionCause(258, CorruptionCause.NETWORK_ISSUE), head + "01");
        assertEncoded(Reply.corruptionCause(258, CorruptionCause.UNKNOWN_ISSUE), head + "02");
        assertEncoded(Reply.corruptionCause(258, CorruptionCause.CHECKSUM_VERIFY_PASS), head + "03");
        assertEncoded(Reply.corruptionCause(258, CorruptionCause.UNSUPPORTED_CHECKSUM_ALGORITHM), head + "04");
    }

    @Test
    void encodesAChunkSuchThatItsFrameCountsTheBlocksBytes() {
        assertEncoded(Reply.chunk(17, 2, 256), "0000000000000115 01 0000000000000011 00000002");
    }

    @Test
    void encodesAChunkFailure() {
        assertEncoded(Reply.chunkFailed(17, 2, "no"), "000000000000001b 02 0000000000000011 00000002 'no'");
    }

    @Test
    void encodesAStreamResponseSuchThatItsFrameDoesNotCountTheBlocksBytes() {
        assertEncoded(Reply.stream("17_2", 1L << 32), "0000000000000019 07 '17_2' 0000000100000000");
    }

    @Test
    void encodesAStreamFailure() {
        assertEncoded(Reply.streamFailed("17_2", "no"), "0000000000000017 08 '17_2' 'no'");
    }

    private static void assertEncoded(Reply reply, String golden) {
        ByteBuf out = Unpooled.buffer(reply.encodedLength());
        reply.writeTo(out);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo(GoldenBytes.hex(golden));
        assertThat(out.readableBytes()).isEqualTo(reply.encodedLength());
    }

    @Test
    void boundsTheTextOfAFailure() {
        String longest = "x".repeat(Reply.MAX_ERROR_BYTES);

        assertThat(Reply.failed(1, longest + "y".repeat(1_000_000)).encodedLength())
                .isLessThanOrEqualTo(Reply.failed(1, longest).encodedLength());
    }

    @Test
    void knowsTheLengthOfLocalDirsBeforeItBuildsThem() {
        ExecutorShuffleInfo info = new ExecutorShuffleInfo(List.of("/a/blockmgr-\u00e9", "/b/blockmgr-2"), 64, "sort");
        int none = Reply.localDirs(1, Map.of()).encodedLength();
        assertThat(none).isLessThanOrEqualTo(Reply.LOCAL_DIRS_BYTES);
        assertThat(Reply.localDirs(1, Map.of("7", info, "8", info)).encodedLength() - none)
                .isEqualTo((int) (Reply.localDirsBytes("7", info) + Reply.localDirsBytes("8", info)));
    }
}
