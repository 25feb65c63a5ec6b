package dev.mesosshuffle.it;

import dev.mesosshuffle.it.client.Fetched;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.client.SparkClients;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Not a test by itself: an executor that writes its files, registers with a service that runs already, and another that
 * fetches all of its blocks and compares them. Run by the cases of {@code packaging/test}.
 */
public final class SparkFetchClient {
    private static final String EXECUTOR = "1";
    private static final int MAPS = 4;

    /** Sent from buffers and from files, and no bytes at all. */
    private static final int[] LENGTHS = {0, 1, 10_000, 64 << 10, 300_000, (1 << 20) + 1};

    private SparkFetchClient() {}

    /** Takes the port on the loopback address, the local root, the application, and "again" if it is registered. */
    public static void main(String[] arguments) throws Exception {
        boolean again = arguments.length == 4 && arguments[3].equals("again");
        if (arguments.length != 3 && !again) {
            throw new IllegalArgumentException(
                    "arguments: " + Arrays.toString(arguments) + " (expected: PORT ROOT APPLICATION [again])");
        }
        String appId = arguments[2];
        // The same bytes each time, so that what was written before can be compared too.
        Random random = new Random(appId.hashCode());
        Map<String, byte[]> expected = new LinkedHashMap<>();
        List<List<byte[]>> outputs = new ArrayList<>();
        for (int map = 0; map < MAPS; map++) {
            List<byte[]> blocks = new ArrayList<>();
            for (int reduce = 0; reduce < LENGTHS.length; reduce++) {
                byte[] block = new byte[LENGTHS[reduce]];
                random.nextBytes(block);
                blocks.add(block);
                expected.put("shuffle_0_" + map + "_" + reduce, block);
            }
            outputs.add(blocks);
        }
        try (SparkClient client =
                SparkClients.connect(SparkVersion.V3_5_9, Integer.parseInt(arguments[0]), appId, Map.of())) {
            if (!again) {
                LocalDirs dirs = LocalDirs.create(Path.of(arguments[1]), appId, 1);
                for (int map = 0; map < MAPS; map++) {
                    dirs.writeMapOutput(0, map, outputs.get(map));
                }
                client.registerExecutor(EXECUTOR, dirs.names(), dirs.subDirsPerLocalDir());
            }
            compare(expected, client.fetch(EXECUTOR, List.copyOf(expected.keySet())));
        }
        System.out.println("Fetched " + expected.size() + " blocks of " + appId);
    }

    private static void compare(Map<String, byte[]> expected, Fetched fetched) {
        if (!fetched.failures().isEmpty()) {
            throw new AssertionError("not fetched: " + fetched.failures());
        }
        expected.forEach((id, block) -> {
            if (!Arrays.equals(block, fetched.blocks().get(id))) {
                throw new AssertionError(id + " is not what was written");
            }
        });
    }
}
