package dev.mesosshuffle.protocol;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.RddBlockId;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The block ids of an {@code OpenBlocks} message, which contains them as text. Immutable. */
final class ParsedBlockIds implements BlockIds {
    private static final Pattern SHUFFLE = Pattern.compile("shuffle_(\\d+)_(\\d+)_(\\d+)");
    private static final Pattern RDD = Pattern.compile("rdd_(\\d+)_(\\d+)");
    private static final String MERGED_PREFIX = "shuffleChunk_";

    private final List<BlockId> ids;

    private ParsedBlockIds(List<BlockId> ids) {
        this.ids = ids;
    }

    /**
     * Parses block ids.
     *
     * @throws RejectedMessageException if there are none, or one of them names no block of this service
     */
    static ParsedBlockIds parse(String[] texts) throws RejectedMessageException {
        if (texts.length == 0) {
            throw new RejectedMessageException(ProtocolErrors.badRequest("0 block ids (expected: at least 1)"));
        }
        List<BlockId> ids = new ArrayList<>(texts.length);
        for (String text : texts) {
            ids.add(parse(text));
        }
        return new ParsedBlockIds(ids);
    }

    private static BlockId parse(String text) throws RejectedMessageException {
        if (text.startsWith(MERGED_PREFIX)) {
            throw new RejectedMessageException(ProtocolErrors.NO_MERGED_SHUFFLE);
        }
        try {
            Matcher shuffle = SHUFFLE.matcher(text);
            if (shuffle.matches()) {
                int reduceId = Integer.parseInt(shuffle.group(3));
                return new ShuffleBlockId(
                        Integer.parseInt(shuffle.group(1)),
                        Long.parseLong(shuffle.group(2)),
                        reduceId,
                        Math.addExact(reduceId, 1),
                        // From Spark 2, or Spark 3 with spark.shuffle.useOldFetchProtocol: the map id is an index.
                        false);
            }
            Matcher rdd = RDD.matcher(text);
            if (rdd.matches()) {
                return new RddBlockId(Integer.parseInt(rdd.group(1)), Integer.parseInt(rdd.group(2)));
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new RejectedMessageException(ProtocolErrors.unexpectedBlockId(text), e);
        }
        throw new RejectedMessageException(ProtocolErrors.unexpectedBlockId(text));
    }

    @Override
    public long retainedBytes() {
        // This object and its list, and for each id an object and a reference.
        return 64 + 48L * ids.size();
    }

    @Override
    public int size() {
        return ids.size();
    }

    @Override
    public BlockId get(int index) {
        return ids.get(index);
    }
}
