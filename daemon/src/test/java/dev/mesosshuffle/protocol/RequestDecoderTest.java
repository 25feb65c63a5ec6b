package dev.mesosshuffle.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.RddBlockId;
import dev.mesosshuffle.model.ShuffleBlockId;
import dev.mesosshuffle.testing.GoldenBytes;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestDecoderTest {
    private static final AppExecId EXECUTOR = new AppExecId("app", "7");

    /** Request id 258, a body length that nobody reads, and the body. */
    private static final String RPC = "03 0000000000000102 00000000 ";

    @Test
    void decodesChunkFetchRequest() throws Exception {
        assertThat(decode("00 0000000000000011 00000002")).isEqualTo(new Request.FetchChunk(17, 2));
    }

    @Test
    void decodesStreamRequest() throws Exception {
        assertThat(decode("06 '17_2'")).isEqualTo(new Request.FetchStream("17_2"));
    }

    @Test
    void decodesMergedBlockMetaRequest() throws Exception {
        assertThat(decode("0b 0000000000000102 'app' 00000001 00000002 00000003"))
                .isEqualTo(new Request.MergedBlockMeta(258));
    }

    @Test
    void decodesUploadStreamWithoutLookingIntoItsMetadata() throws Exception {
        assertThat(decode("0a 0000000000000102 'any' 0000000000000400")).isEqualTo(new Request.Upload(258));
    }

    @Test
    void decodesRegisterExecutor() throws Exception {
        assertThat(rpc("02 'app' '7' 00000002 '/tmp/spark/blockmgr-1' '/tmp/spark/blockmgr-2' 00000040 'sort'"))
                .isEqualTo(new RpcMessage.RegisterExecutor(
                        EXECUTOR,
                        new ExecutorShuffleInfo(
                                List.of("/tmp/spark/blockmgr-1", "/tmp/spark/blockmgr-2"), 64, "sort")));
    }

    @Test
    void decodesOpenBlocksOfAShuffle() throws Exception {
        assertThat(blocks("00 'app' '7' 00000002 'shuffle_1_2_3' 'shuffle_1_9_0'"))
                .containsExactly(new ShuffleBlockId(1, 2, 3, 4, false), new ShuffleBlockId(1, 9, 0, 1, false));
    }

    @Test
    void decodesOpenBlocksOfAnRdd() throws Exception {
        assertThat(blocks("00 'app' '7' 00000001 'rdd_5_12'")).containsExactly(new RddBlockId(5, 12));
    }

    @Test
    void decodesFetchShuffleBlocksWithLongMapIds() throws Exception {
        assertThat(blocks("09 'app' '7' 00000001 00000003 0000000100000000 0000000000000003 0000000000000004"
                        + "00000003 00000002 00000000 00000005 00000000 00000001 00000009 00"))
                .containsExactly(
                        new ShuffleBlockId(1, 1L << 32, 0, 1),
                        new ShuffleBlockId(1, 1L << 32, 5, 6),
                        new ShuffleBlockId(1, 4, 9, 10));
    }

    @Test
    void decodesFetchShuffleBlocksAsABatch() throws Exception {
        assertThat(blocks("09 'app' '7' 00000001 00000002 0000000000000003 0000000000000004"
                        + "00000002 00000002 00000000 00000005 00000002 00000005 00000009 01"))
                .containsExactly(new ShuffleBlockId(1, 3, 0, 5), new ShuffleBlockId(1, 4, 5, 9));
    }

    @Test
    void decodesRemoveBlocks() throws Exception {
        assertThat(rpc("07 'app' '7' 00000002 'rdd_1_2' '../x'"))
                .isEqualTo(new RpcMessage.RemoveBlocks(EXECUTOR, List.of("rdd_1_2", "../x")));
    }

    @Test
    void decodesGetLocalDirsForExecutors() throws Exception {
        assertThat(rpc("0a 'app' 00000002 '7' '8'"))
                .isEqualTo(new RpcMessage.GetLocalDirs(List.of(EXECUTOR, new AppExecId("app", "8"))));
    }

    @Test
    void decodesDiagnoseCorruption() throws Exception {
        assertThat(rpc("10 'app' '7' 00000001 0000000000000002 00000003 00000000000000ff 'CRC32'"))
                .isEqualTo(new RpcMessage.DiagnoseCorruption(EXECUTOR, new ShuffleBlockId(1, 2, 3, 4), 255, "CRC32"));
    }

    @Test
    void decodesRegisterDriver() throws Exception {
        assertThat(rpc("04 'app' 000000000001d4c0")).isEqualTo(new RpcMessage.RegisterDriver("app", 120_000));
    }

    @Test
    void decodesThatADriverRegistersAgainAfterALoss() throws Exception {
        assertThat(rpc("04 'app' 000000000001d4c0 01")).isEqualTo(new RpcMessage.RegisterDriver("app", 120_000, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "02", "81", "ff", "0101", "0001", "01000000"})
    void ignoresAnythingElseAfterRegisterDriver(String trailing) throws Exception {
        assertThat(rpc("04 'app' 000000000001d4c0 " + trailing))
                .isEqualTo(new RpcMessage.RegisterDriver("app", 120_000, false));
    }

    @Test
    void ignoresThatByteAfterOtherMessages() throws Exception {
        assertThat(rpc("05 'app' 01")).isEqualTo(new RpcMessage.Heartbeat("app"));
    }

    @Test
    void decodesHeartbeatAsRpcAndAsOneWayMessage() throws Exception {
        assertThat(rpc("05 'app'")).isEqualTo(new RpcMessage.Heartbeat("app"));
        assertThat(decode("09 00000000 05 'app'")).isEqualTo(new Request.OneWay(new RpcMessage.Heartbeat("app")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "0c 'app' 00000000 00000001 00000000 00000002 00000003 00000000 | Cannot handle shuffle block merge",
                "0d 'app' 00000000 00000001 00000000 | Cannot handle shuffle block merge",
                "0f 'app' '7' 00000001 00000000 00000000 00000000 | Cannot handle shuffle block merge",
                "00 'app' '7' 00000001 'shuffleChunk_1_0_2_3' | Cannot handle shuffle block merge",
                "13 'app' 00000000 00000001 00000000 | Cannot handle merged shuffle remove",
                "01 'app' | Unexpected message: UPLOAD_BLOCK",
                "03 0000000000000001 00000001 | Unexpected message: STREAM_HANDLE",
                "63 'app' | Unknown message type: 99",
                "80 | Unknown message type: -128"
            })
    void refusesAsSparkDoesWhatThisServiceDoesNotOffer(String body, String error) throws Exception {
        assertThat(refusal(body)).endsWith(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "04 'app' 0000000000000000 | heartbeatTimeoutMs: 0 (expected: > 0)",
                "04 '' 0000000000000001 | appId of 0 characters (expected: 1 to 512)",
                "05 7fffffff 61 | length of appId: 2147483647 (expected: 0 to 1 with 1 bytes left)",
                "05 ffffffff 61 | length of appId: -1 (expected: 0 to 1 with 1 bytes left)",
                "02 'app' '7' 40000000 00 | length of localDirs: 1073741824 (expected: 0 to 0 with 1 bytes left)",
                "02 'app' '7' 00000000 00000040 'sort' | localDirs: 0 of them (expected: 1 to 1024)",
                "02 'app' '7' 00000001 '/x' 00000000 'sort' | subDirsPerLocalDir: 0 (expected: > 0)",
                "02 'app' '7' 00000001 '/x' | subDirsPerLocalDir: 0 bytes left (expected: at least 4)",
                "00 'app' '7' 00000000 | 0 block ids (expected: at least 1)",
                "09 'app' '7' 00000001 20000000 | "
                        + "length of mapIds: 536870912 (expected: 0 to 0 with 0 bytes left)",
                "09 'app' '7' 00000001 00000000 00000000 00 | 0 blocks (expected: at least 1)",
                "09 'app' '7' 00000001 00000001 0000000000000003 00000000 00 | "
                        + "reduceIds: 0 lists (expected: 1, one for each of the mapIds)",
                "09 'app' '7' 00000001 00000001 0000000000000003 00000001 00000001 00000000 01 | "
                        + "reduceIds of a batch (expected: 2 for each map id, the first and the one after the last)",
            })
    void refusesBadValuesAndLengthsNamingThem(String body, String error) throws Exception {
        assertThat(refusal(body)).isEqualTo("java.lang.IllegalArgumentException: " + error);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shuffle_1_2",
                "shuffle_1_2_3_4",
                "shuffle_1_2_-3",
                "shuffle_1_2_99999999999",
                "shuffle_1_2_2147483647",
                "shuffle_1_99999999999999999999_3",
                "rdd_1",
                "rdd_1_2_3",
                "broadcast_0",
                "../../etc/passwd"
            })
    void refusesBlockIdsThatNameNoBlock(String blockId) throws Exception {
        assertThat(refusal("00 'app' '7' 00000001 '" + blockId + "'"))
                .contains("Unexpected block id format: " + blockId);
    }

    @Test
    void refusesNegativeIdsOfAFetch() throws Exception {
        assertThat(refusal("09 'app' '7' 00000001 00000001 ffffffffffffffff 00000001 00000001 00000000 00"))
                .contains("map -1");
        assertThat(refusal("09 'app' '7' 00000001 00000001 0000000000000003 00000001 00000002 00000005 00000004 01"))
                .contains("reduce 5 to 4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "01 0000000000000011 00000002 | frame type: ChunkFetchSuccess (expected: that of a request)",
                "04 0000000000000011 00000000 | frame type: RpcResponse (expected: that of a request)",
                "ff | frame type: User (expected: that of a request)",
                "2a | frame type: 42 (expected: that of a request)",
                "00 00000000000011 | streamId: 7 bytes left (expected: at least 8)",
                "00 0000000000000011 0000 | chunkIndex: 2 bytes left (expected: at least 4)",
                "06 00000010 61 | length of streamId: 16 (expected: 0 to 1 with 1 bytes left)",
                "03 0000 | requestId: 2 bytes left (expected: at least 8)",
                "0a 0000000000000102 7fffffff | length of metadata: 2147483647",
                "0b 0000000000000102 'app' 00 | shuffleId, shuffleMergeId and reduceId: 1 bytes left"
            })
    void doesNotAcceptFramesThatNoClientSends(String frame, String error) {
        assertThatThrownBy(() -> decode(frame))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageStartingWith(error);
    }

    @Test
    void doesNotAcceptALongerStreamIdThanAnyClientSends() throws Exception {
        String longest = "1".repeat(256);
        assertThat(decode("06 '" + longest + "'")).isEqualTo(new Request.FetchStream(longest));
        assertThatThrownBy(() -> decode("06 '" + longest + "1'"))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("streamId of 257 bytes (expected: at most 256)");
    }

    @Test
    void doesNotAcceptAnEmptyFrame() {
        assertThatThrownBy(() -> decode("")).hasMessage("frame of 0 bytes (expected: at least 1, its type)");
    }

    @Test
    void answersAnEmptyRpcBodyWithAFailure() throws Exception {
        assertThat(refusal("")).contains("message of 0 bytes (expected: at least 1, its type)");
    }

    private static Request decode(String golden) throws MalformedMessageException {
        ByteBuf frame = GoldenBytes.bytes(golden);
        try {
            return RequestDecoder.decode(frame);
        } finally {
            assertThat(frame.refCnt()).isEqualTo(1);
            frame.release();
        }
    }

    private static RpcMessage rpc(String body) throws MalformedMessageException {
        Request request = decode(RPC + body);
        assertThat(request)
                .isInstanceOfSatisfying(
                        Request.Rpc.class, rpc -> assertThat(rpc.requestId()).isEqualTo(258));
        return ((Request.Rpc) request).message();
    }

    private static List<BlockId> blocks(String body) throws MalformedMessageException {
        RpcMessage.OpenStream message = (RpcMessage.OpenStream) rpc(body);
        assertThat(message.executor()).isEqualTo(EXECUTOR);
        BlockIds blocks = message.blocks();
        return IntStream.range(0, blocks.size()).mapToObj(blocks::get).toList();
    }

    private static String refusal(String body) throws MalformedMessageException {
        return ((RpcMessage.Invalid) rpc(body)).error();
    }
}
