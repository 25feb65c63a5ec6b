package dev.mesosshuffle.protocol;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.RddBlockId;
import dev.mesosshuffle.model.ShuffleBlockId;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The block ids of an {@code OpenBlocks} message, which contains them as text: two numbers for each, fewer bytes than the
 * text of a shuffle block. Immutable.
 */
final class ParsedBlockIds implements BlockIds {
    /** This object, and the head of its array. */
    private static final int FIXED_BYTES = 48;

    private static final int NUMBERS = 2;

    /** In place of a map id: the block is that of an RDD. */
    private static final long RDD = -1;

    private static final byte[] SHUFFLE_PREFIX = "shuffle_".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RDD_PREFIX = "rdd_".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MERGED_PREFIX = "shuffleChunk_".getBytes(StandardCharsets.US_ASCII);

    /** The longest id of a block has 49 bytes; that of merged blocks, which is recognised, some more. */
    private static final int MAX_ID_BYTES = 64;

    /** More than the part of a wrong id that its sender gets to read. */
    private static final int MAX_ERROR_BYTES = 4096;

    /** For each id: shuffle and reduce id, then the map id; or RDD and split, then {@link #RDD}. */
    private final long[] numbers;

    private ParsedBlockIds(long[] numbers) {
        this.numbers = numbers;
    }

    /**
     * Parses block ids.
     *
     * @param body the message, whose lengths were validated; its position is left alone
     * @param start the position of the first id's length
     * @param blocks the number of ids
     * @throws RejectedMessageException if there are none, or one of them names no block of this service
     */
    static ParsedBlockIds parse(ByteBuf body, int start, int blocks) throws RejectedMessageException {
        if (blocks == 0) {
            throw new RejectedMessageException(ProtocolErrors.badRequest("0 block ids (expected: at least 1)"));
        }
        long[] numbers = new long[NUMBERS * blocks];
        BlockIdText text = new BlockIdText(body);
        int position = start;
        for (int block = 0; block < blocks; block++) {
            int length = body.getInt(position);
            position += Integer.BYTES;
            parse(text.at(position, length), numbers, NUMBERS * block);
            position += length;
        }
        return new ParsedBlockIds(numbers);
    }

    private static void parse(BlockIdText text, long[] numbers, int index) throws RejectedMessageException {
        if (text.skip(SHUFFLE_PREFIX)) {
            long shuffleId = text.number(Integer.MAX_VALUE);
            long mapId = text.next(Long.MAX_VALUE);
            // The chunk ends before the next reduce id, which must be an int too.
            long reduceId = text.next(Integer.MAX_VALUE - 1);
            text.end();
            numbers[index] = shuffleId << Integer.SIZE | reduceId;
            numbers[index + 1] = mapId;
        } else if (text.skip(RDD_PREFIX)) {
            long rddId = text.number(Integer.MAX_VALUE);
            long splitIndex = text.next(Integer.MAX_VALUE);
            text.end();
            numbers[index] = rddId << Integer.SIZE | splitIndex;
            numbers[index + 1] = RDD;
        } else if (text.skip(MERGED_PREFIX)) {
            throw new RejectedMessageException(ProtocolErrors.NO_MERGED_SHUFFLE);
        } else {
            throw text.unexpected();
        }
    }

    @Override
    public int size() {
        return numbers.length / NUMBERS;
    }

    @Override
    public BlockId get(int index) {
        long first = numbers[NUMBERS * index];
        long mapId = numbers[NUMBERS * index + 1];
        int high = (int) (first >>> Integer.SIZE);
        int low = (int) first;
        // From Spark 2, or Spark 3 with spark.shuffle.useOldFetchProtocol: the map id is an index.
        return mapId == RDD ? new RddBlockId(high, low) : new ShuffleBlockId(high, mapId, low, low + 1, false);
    }

    @Override
    public long retainedBytes() {
        return FIXED_BYTES + (long) numbers.length * Long.BYTES;
    }

    /** Reads one id after the other out of the message, without a string for each. */
    private static final class BlockIdText {
        private final ByteBuf body;
        /** The bytes of the id, which are copied at once, since access to the buffer is checked each time. */
        private final byte[] bytes = new byte[MAX_ID_BYTES];

        private int start;
        private int length;
        private int position;

        private BlockIdText(ByteBuf body) {
            this.body = body;
        }

        private BlockIdText at(int textStart, int textLength) throws RejectedMessageException {
            start = textStart;
            length = textLength;
            position = 0;
            if (textLength > MAX_ID_BYTES) {
                throw unexpected();
            }
            body.getBytes(textStart, bytes, 0, textLength);
            return this;
        }

        /** Skips a prefix. Returns whether it was there. */
        private boolean skip(byte[] prefix) {
            if (length < prefix.length || !Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length)) {
                return false;
            }
            position = prefix.length;
            return true;
        }

        /** Reads an underscore and a number. */
        private long next(long max) throws RejectedMessageException {
            if (position == length || bytes[position] != '_') {
                throw unexpected();
            }
            position++;
            return number(max);
        }

        /** Reads a number of at least one digit. */
        private long number(long max) throws RejectedMessageException {
            int first = position;
            long number = 0;
            while (position < length) {
                int digit = bytes[position] - '0';
                if (digit < 0 || digit > 9) {
                    break;
                }
                if (number > (max - digit) / 10) {
                    throw unexpected();
                }
                number = 10 * number + digit;
                position++;
            }
            if (position == first) {
                throw unexpected();
            }
            return number;
        }

        private void end() throws RejectedMessageException {
            if (position < length) {
                throw unexpected();
            }
        }

        private RejectedMessageException unexpected() {
            String text = body.toString(start, Math.min(length, MAX_ERROR_BYTES), StandardCharsets.UTF_8);
            return new RejectedMessageException(ProtocolErrors.unexpectedBlockId(text));
        }
    }
}
