package dev.mesosshuffle.it.spark;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.client.MergedBlockMetaResponseCallback;
import org.apache.spark.network.shuffle.MergeFinalizerListener;
import org.apache.spark.network.shuffle.protocol.MergeStatuses;

/** The client of Spark 3.2 and later, which also asks why a block is corrupt and to merge blocks. */
public final class VersionedClient extends BlockStoreAdapter {
    public VersionedClient(String host, int port, String appId, Map<String, String> conf) {
        super(host, port, appId, conf);
    }

    @Override
    public String diagnoseCorruption(
            String execId, int shuffleId, long mapId, int reduceId, long checksum, String algorithm) {
        return client.diagnoseCorruption(host, port, execId, shuffleId, mapId, reduceId, checksum, algorithm)
                .name();
    }

    @Override
    public void finalizeShuffleMerge(int shuffleId) throws Exception {
        CompletableFuture<MergeStatuses> answer = new CompletableFuture<>();
        client.finalizeShuffleMerge(host, port, shuffleId, 0, new MergeFinalizerListener() {
            @Override
            public void onShuffleMergeSuccess(MergeStatuses statuses) {
                answer.complete(statuses);
            }

            @Override
            public void onShuffleMergeFailure(Throwable failure) {
                answer.completeExceptionally(failure);
            }
        });
        answer.get(LONGEST_ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void mergedBlockMeta(String appId) throws Exception {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        client.connection(host, port).sendMergedBlockMetaReq(appId, 0, 0, 0, new MergedBlockMetaResponseCallback() {
            @Override
            public void onSuccess(int chunks, ManagedBuffer bitmaps) {
                answer.complete(chunks);
            }

            @Override
            public void onFailure(Throwable failure) {
                answer.completeExceptionally(failure);
            }
        });
        answer.get(LONGEST_ANSWER_SECONDS, TimeUnit.SECONDS);
    }
}
