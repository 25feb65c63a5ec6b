package dev.mesosshuffle.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.ShuffleBlockId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a message becomes occupies about as many bytes as it arrived in, whatever it consists of. */
class PackedFormsTest {
    private static final int MANY = 200_000;

    @Test
    void aFetchOfEmptyListsOccupiesNoMoreThanItsMessage() {
        ByteBuf body = body(9, out -> {
            out.writeInt(1);
            out.writeInt(MANY);
            out.writeZero(MANY * Long.BYTES);
            out.writeInt(MANY);
            out.writeZero((MANY - 1) * Integer.BYTES);
            out.writeInt(1).writeInt(7).writeByte(0);
        });
        int messageBytes = body.readableBytes();
        BlockIds blocks = ((RpcMessage.OpenStream) decodeWithin(messageBytes + 64 * 1024, body)).blocks();
        assertThat(blocks.size()).isOne();
        assertThat(blocks.get(0)).isEqualTo(new ShuffleBlockId(1, 0, 7, 8));
        assertThat(blocks.retainedBytes()).isBetween(messageBytes - 1024L, messageBytes + 1024L);
    }

    @Test
    void aFetchFindsTheMapTaskOfEachBlockAmongEmptyLists() {
        ByteBuf body = body(9, out -> {
            out.writeInt(1);
            out.writeInt(5)
                    .writeLong(10)
                    .writeLong(11)
                    .writeLong(12)
                    .writeLong(13)
                    .writeLong(14);
            out.writeInt(5);
            out.writeInt(0);
            out.writeInt(2).writeInt(3).writeInt(4);
            out.writeInt(0);
            out.writeInt(1).writeInt(5);
            out.writeInt(0);
            out.writeByte(0);
        });
        BlockIds blocks = ((RpcMessage.OpenStream) RpcDecoder.decode(body)).blocks();
        assertThat(List.of(blocks.get(0), blocks.get(1), blocks.get(2)))
                .isEqualTo(List.of(
                        new ShuffleBlockId(1, 11, 3, 4),
                        new ShuffleBlockId(1, 11, 4, 5),
                        new ShuffleBlockId(1, 13, 5, 6)));
        assertThatThrownBy(() -> blocks.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theShortestBlockNamesOccupyNoMoreThanTheirMessageAndAHalf() {
        ByteBuf body = body(0, out -> {
            out.writeInt(MANY);
            for (int i = 0; i < MANY; i++) {
                string(out, "rdd_1_2");
            }
        });
        int messageBytes = body.readableBytes();
        BlockIds blocks = ((RpcMessage.OpenStream) decodeWithin(messageBytes * 3L / 2 + 64 * 1024, body)).blocks();
        assertThat(blocks.size()).isEqualTo(MANY);
        assertThat(blocks.retainedBytes()).isLessThan(messageBytes * 3L / 2);
    }

    @Test
    void blockNamesBecomeTheLargestNumbersThatTheyMayHave() {
        ByteBuf body = body(0, out -> {
            out.writeInt(2);
            string(out, "shuffle_2147483647_9223372036854775807_2147483646");
            string(out, "rdd_2147483647_2147483647");
        });
        BlockIds blocks = ((RpcMessage.OpenStream) RpcDecoder.decode(body)).blocks();
        assertThat(blocks.get(0))
                .isEqualTo(new ShuffleBlockId(
                        Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE - 1, Integer.MAX_VALUE, false));
        assertThat(blocks.get(1)).hasToString("rdd_2147483647_2147483647");
    }

    @Test
    void aNameThatIsLongerThanAnyBlocksIsRefusedByItsBeginning() {
        ByteBuf body = body(0, out -> {
            out.writeInt(1);
            string(out, "shuffle_1_2_" + "0".repeat(100_000) + "3");
        });
        assertThat(((RpcMessage.Invalid) RpcDecoder.decode(body)).error())
                .contains("Unexpected block id format: shuffle_1_2_000")
                .hasSizeLessThan(1000);
    }

    @Test
    void namesToRemoveOccupyNoMoreThanTheirMessage() {
        ByteBuf body = body(7, out -> out.writeInt(MANY).writeZero(MANY * Integer.BYTES));
        int messageBytes = body.readableBytes();
        RpcMessage.RemoveBlocks message = (RpcMessage.RemoveBlocks) decodeWithin(messageBytes + 64 * 1024, body);
        assertThat(message.fileNames()).hasSize(MANY).startsWith("").endsWith("");
    }

    @Test
    void packedStringsAreThoseOfTheMessage() {
        ByteBuf body = Unpooled.buffer();
        string(body, "a");
        string(body, "");
        string(body, "\u00e9\u4e16");
        PackedStrings strings = PackedStrings.read(body, 0, 3);
        assertThat(strings).containsExactly("a", "", "\u00e9\u4e16");
        assertThatThrownBy(() -> strings.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void oneInvalidExecutorAmongManyFailsTheMessage() {
        ByteBuf body = Unpooled.buffer().writeByte(10);
        string(body, "app");
        body.writeInt(2);
        string(body, "7");
        string(body, "");
        assertThat(RpcDecoder.decode(body))
                .isEqualTo(new RpcMessage.Invalid(
                        "java.lang.IllegalArgumentException: execId of 0 characters (expected: 1 to 512)"));
    }

    @Test
    void textsAreNotMadeOfMoreBytesThanAnyMayHave() {
        assertThat(RpcDecoder.decode(heartbeat(16 * 1024 + 1)))
                .isEqualTo(new RpcMessage.Invalid(
                        "java.lang.IllegalArgumentException: text of 16385 bytes (expected: at most 16384)"));
        assertThat(RpcDecoder.decode(heartbeat(513)))
                .isEqualTo(new RpcMessage.Invalid(
                        "java.lang.IllegalArgumentException: appId of 513 characters (expected: 1 to 512)"));
        assertThat(RpcDecoder.decode(heartbeat(512))).isInstanceOf(RpcMessage.Heartbeat.class);
    }

    @Test
    void theAlgorithmOfAChecksumHasAShortName() {
        assertThat(RpcDecoder.decode(diagnosis(65)))
                .isEqualTo(new RpcMessage.Invalid(
                        "java.lang.IllegalArgumentException: text of 65 bytes (expected: at most 64)"));
        assertThat(RpcDecoder.decode(diagnosis(64))).isInstanceOf(RpcMessage.DiagnoseCorruption.class);
    }

    @Test
    void whatWaitsForALongRequestCounts() {
        assertThat(RpcDecoder.decode(diagnosis(7)).retainedBytes()).isGreaterThan(500);
        ByteBuf body = Unpooled.buffer().writeByte(10);
        string(body, "app");
        body.writeInt(MANY);
        for (int i = 0; i < MANY; i++) {
            string(body, "7");
        }
        assertThat(RpcDecoder.decode(body).retainedBytes())
                .isBetween(body.readableBytes() - 64L, body.readableBytes() + 512L);
    }

    private static ByteBuf diagnosis(int algorithmBytes) {
        return body(16, out -> {
            out.writeInt(1).writeLong(2).writeInt(3).writeLong(4);
            string(out, "a".repeat(algorithmBytes));
        });
    }

    private static ByteBuf heartbeat(int idBytes) {
        ByteBuf body = Unpooled.buffer().writeByte(5);
        string(body, "a".repeat(idBytes));
        return body;
    }

    private static ByteBuf body(int type, Consumer<ByteBuf> fields) {
        ByteBuf body = Unpooled.buffer().writeByte(type);
        string(body, "app");
        string(body, "7");
        fields.accept(body);
        return body;
    }

    private static void string(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length).writeBytes(bytes);
    }

    /** Decodes, and fails if that allocates more: what is garbage at once counts too. */
    private static RpcMessage decodeWithin(long maxAllocated, ByteBuf body) {
        // The first time classes are loaded too.
        RpcDecoder.decode(body);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        RpcMessage message = RpcDecoder.decode(body);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(maxAllocated);
        return message;
    }
}
