package dev.mesosshuffle.it.spark;

import dev.mesosshuffle.it.client.Fetched;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.shuffle.BlockFetchingListener;

/** Gathers the blocks of one fetch. The client calls it on its own threads. */
final class Blocks implements BlockFetchingListener {
    /** So long for the 200 MB that DIGEST-MD5 encrypts at 17 MB/s a core. */
    private static final long LONGEST_FETCH_SECONDS = 120;

    private final Map<String, byte[]> blocks = new ConcurrentHashMap<>();
    private final Map<String, String> failures = new ConcurrentHashMap<>();
    private final CountDownLatch missing;

    Blocks(int expected) {
        this.missing = new CountDownLatch(expected);
    }

    @Override
    public void onBlockFetchSuccess(String blockId, ManagedBuffer data) {
        try (InputStream content = data.createInputStream()) {
            blocks.put(blockId, content.readAllBytes());
        } catch (IOException e) {
            failures.put(blockId, e.toString());
        }
        missing.countDown();
    }

    @Override
    public void onBlockFetchFailure(String blockId, Throwable failure) {
        failures.put(blockId, failure.toString());
        missing.countDown();
    }

    Fetched await() throws InterruptedException, TimeoutException {
        if (!missing.await(LONGEST_FETCH_SECONDS, TimeUnit.SECONDS)) {
            throw new TimeoutException(missing.getCount() + " blocks did not come, nor a failure for them; got "
                    + blocks.keySet() + " and " + failures);
        }
        return new Fetched(blocks, failures);
    }

    static String[] array(Collection<String> ids) {
        return ids.toArray(new String[0]);
    }
}
