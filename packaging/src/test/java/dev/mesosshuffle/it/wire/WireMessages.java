package dev.mesosshuffle.it.wire;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/** The bodies of Spark's messages, without any of the checks that Spark's own classes make. */
public final class WireMessages {
    private static final String SHUFFLE_MANAGER = "org.apache.spark.shuffle.sort.SortShuffleManager";

    private WireMessages() {}

    public static byte[] registerExecutor(String appId, String execId, List<Path> dirs) {
        return registerExecutor(appId, execId, dirs.stream().map(Path::toString).toList(), SHUFFLE_MANAGER);
    }

    public static byte[] registerExecutor(String appId, String execId, List<String> dirs, String shuffleManager) {
        return message(2, out -> {
            string(out, appId);
            string(out, execId);
            strings(out, dirs);
            out.writeInt(64);
            string(out, shuffleManager);
        });
    }

    public static byte[] registerDriver(String appId, long timeoutMs) {
        return message(4, out -> {
            string(out, appId);
            out.writeLong(timeoutMs);
        });
    }

    public static byte[] heartbeat(String appId) {
        return message(5, out -> string(out, appId));
    }

    public static byte[] openBlocks(String appId, String execId, List<String> blockIds) {
        return message(0, out -> {
            string(out, appId);
            string(out, execId);
            strings(out, blockIds);
        });
    }

    /** One block of one map task. */
    public static byte[] fetchShuffleBlock(String appId, String execId, long mapId, int reduceId) {
        return message(9, out -> {
            string(out, appId);
            string(out, execId);
            out.writeInt(0);
            out.writeInt(1);
            out.writeLong(mapId);
            out.writeInt(1);
            out.writeInt(1);
            out.writeInt(reduceId);
            out.writeBoolean(false);
        });
    }

    /** Many map tasks, of which only the first has a block. */
    public static byte[] fetchEmptyLists(String appId, String execId, int lists) {
        return message(9, out -> {
            string(out, appId);
            string(out, execId);
            out.writeInt(0);
            out.writeInt(lists);
            out.write(new byte[lists * Long.BYTES]);
            out.writeInt(lists);
            out.writeInt(1);
            out.writeInt(0);
            out.write(new byte[(lists - 1) * Integer.BYTES]);
            out.writeBoolean(false);
        });
    }

    public static byte[] removeBlocks(String appId, String execId, List<String> blockIds) {
        return message(7, out -> {
            string(out, appId);
            string(out, execId);
            strings(out, blockIds);
        });
    }

    public static byte[] getLocalDirs(String appId, List<String> execIds) {
        return message(10, out -> {
            string(out, appId);
            strings(out, execIds);
        });
    }

    public static byte[] diagnoseCorruption(String appId, String execId, long mapId, int reduceId) {
        return message(16, out -> {
            string(out, appId);
            string(out, execId);
            out.writeInt(0);
            out.writeLong(mapId);
            out.writeInt(reduceId);
            out.writeLong(1);
            string(out, "ADLER32");
        });
    }

    public static List<String> copies(int count, String text) {
        return Collections.nCopies(count, text);
    }

    /** One of the messages of merged blocks. Only how each begins is as it should be. */
    public static byte[] aboutMergedBlocks(int type, String appId) {
        return message(type, out -> {
            string(out, appId);
            out.write(new byte[64]);
        });
    }

    interface Fields {
        void writeTo(DataOutputStream out) throws IOException;
    }

    static byte[] message(int type, Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(type);
            fields.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }

    static void string(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void strings(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            string(out, text);
        }
    }

    static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** Reads a field that begins with its length. */
    static byte[] readBytes(ByteBuffer fields) {
        byte[] bytes = new byte[fields.getInt()];
        fields.get(bytes);
        return bytes;
    }
}
