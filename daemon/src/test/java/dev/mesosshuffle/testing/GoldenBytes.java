package dev.mesosshuffle.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads golden bytes: hex digits, with blanks where they help the eye, and texts in quotes, which stand for their own
 * UTF-8 bytes with a 4-byte length before them.
 */
public final class GoldenBytes {
    private static final Pattern TEXT = Pattern.compile("'([^']*)'");

    private GoldenBytes() {}

    public static ByteBuf bytes(String golden) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex(golden)));
    }

    public static String hex(String golden) {
        return TEXT.matcher(golden).replaceAll(GoldenBytes::encode).replaceAll("\\s", "");
    }

    private static String encode(MatchResult text) {
        byte[] bytes = text.group(1).getBytes(StandardCharsets.UTF_8);
        return Matcher.quoteReplacement(String.format("%08x", bytes.length) + ByteBufUtil.hexDump(bytes));
    }
}
