package dev.mesosshuffle.it.spark;

import dev.mesosshuffle.it.client.Fetched;
import dev.mesosshuffle.it.client.SparkClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.shuffle.DownloadFileManager;
import org.apache.spark.network.shuffle.protocol.ExecutorShuffleInfo;

/** The client of Spark 3.0 and what is the same in all later ones. */
class BlockStoreAdapter implements SparkClient {
    static final long LONGEST_ANSWER_SECONDS = 60;

    final String host;
    final int port;
    final OpenClient client;

    BlockStoreAdapter(String host, int port, String appId, Map<String, String> conf) {
        this.host = host;
        this.port = port;
        this.client = new OpenClient(conf, appId);
    }

    @Override
    public final void registerExecutor(String execId, List<String> localDirs, int subDirsPerLocalDir) throws Exception {
        client.registerWithShuffleServer(
                host,
                port,
                execId,
                new ExecutorShuffleInfo(Blocks.array(localDirs), subDirsPerLocalDir, Settings.SHUFFLE_MANAGER));
    }

    @Override
    public final Fetched fetch(String execId, List<String> blockIds) throws Exception {
        return fetchInto(execId, blockIds, null);
    }

    @Override
    public final Fetched fetchToDisk(String execId, List<String> blockIds, Path folder) throws Exception {
        return fetchInto(execId, blockIds, new Downloads(folder));
    }

    private Fetched fetchInto(String execId, List<String> blockIds, DownloadFileManager downloads) throws Exception {
        Blocks blocks = new Blocks(blockIds.size());
        client.fetchBlocks(host, port, execId, Blocks.array(blockIds), blocks, downloads);
        return blocks.await();
    }

    @Override
    public final Map<String, List<String>> hostLocalDirs(List<String> execIds) throws Exception {
        CompletableFuture<Map<String, String[]>> answer = new CompletableFuture<>();
        client.getHostLocalDirs(host, port, Blocks.array(execIds), answer);
        Map<String, List<String>> dirs = new LinkedHashMap<>();
        answer.get(LONGEST_ANSWER_SECONDS, TimeUnit.SECONDS)
                .forEach((execId, names) -> dirs.put(execId, new ArrayList<>(List.of(names))));
        return dirs;
    }

    @Override
    public final int removeBlocks(String execId, List<String> blockIds) throws Exception {
        return client.removeBlocks(host, port, execId, Blocks.array(blockIds))
                .get(LONGEST_ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public final void registerDriver(long heartbeatTimeoutMillis, long heartbeatIntervalMillis) throws Exception {
        client.registerDriver(host, port, heartbeatTimeoutMillis, heartbeatIntervalMillis);
    }

    @Override
    public final byte[] call(byte[] message) throws Exception {
        return RawRequests.call(client.connection(host, port), message);
    }

    @Override
    public final void sendOneWay(byte[] message) throws Exception {
        client.connection(host, port).send(ByteBuffer.wrap(message));
    }

    @Override
    public final byte[] chunk(long streamId, int index) throws Exception {
        return RawRequests.chunk(client.connection(host, port), streamId, index);
    }

    @Override
    public final byte[] stream(String streamId) throws Exception {
        return RawRequests.stream(client.connection(host, port), streamId);
    }

    @Override
    public final void upload(byte[] data) throws Exception {
        client.upload(host, port, data).get(LONGEST_ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public final void close() {
        client.close();
    }
}
