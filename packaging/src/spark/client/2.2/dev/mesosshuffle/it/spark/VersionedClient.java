package dev.mesosshuffle.it.spark;

import dev.mesosshuffle.it.client.Fetched;
import dev.mesosshuffle.it.client.SparkClient;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.network.shuffle.mesos.MesosExternalShuffleClient;
import org.apache.spark.network.shuffle.protocol.ExecutorShuffleInfo;

/** The client of Spark 2.2, which fetches to files that its caller names. */
public final class VersionedClient implements SparkClient {
    private final String host;
    private final int port;
    private final OpenClient executor;
    private final MesosExternalShuffleClient driver;

    public VersionedClient(String host, int port, String appId, Map<String, String> conf) {
        this.host = host;
        this.port = port;
        this.executor = new OpenClient(conf, appId);
        this.driver = new MesosExternalShuffleClient(
                Settings.transport(conf), Settings.secrets(conf), Settings.authenticates(conf));
        driver.init(appId);
    }

    @Override
    public void registerExecutor(String execId, List<String> localDirs, int subDirsPerLocalDir) throws Exception {
        executor.registerWithShuffleServer(
                host,
                port,
                execId,
                new ExecutorShuffleInfo(Blocks.array(localDirs), subDirsPerLocalDir, Settings.SHUFFLE_MANAGER));
    }

    @Override
    public Fetched fetch(String execId, List<String> blockIds) throws Exception {
        return fetchInto(execId, blockIds, null);
    }

    @Override
    public Fetched fetchToDisk(String execId, List<String> blockIds, Path folder) throws Exception {
        File[] files = new File[blockIds.size()];
        for (int i = 0; i < files.length; i++) {
            files[i] = newFile(folder);
        }
        return fetchInto(execId, blockIds, files);
    }

    private static File newFile(Path folder) throws IOException {
        return Files.createTempFile(folder, "block", null).toFile();
    }

    private Fetched fetchInto(String execId, List<String> blockIds, File[] files) throws Exception {
        Blocks blocks = new Blocks(blockIds.size());
        executor.fetchBlocks(host, port, execId, Blocks.array(blockIds), blocks, files);
        return blocks.await();
    }

    @Override
    public void registerDriver(long heartbeatTimeoutMillis, long heartbeatIntervalMillis) throws Exception {
        driver.registerDriverWithShuffleService(host, port, heartbeatTimeoutMillis, heartbeatIntervalMillis);
    }

    @Override
    public byte[] call(byte[] message) throws Exception {
        return RawRequests.call(executor.connection(host, port), message);
    }

    @Override
    public void sendOneWay(byte[] message) throws Exception {
        executor.connection(host, port).send(ByteBuffer.wrap(message));
    }

    @Override
    public byte[] chunk(long streamId, int index) throws Exception {
        return RawRequests.chunk(executor.connection(host, port), streamId, index);
    }

    @Override
    public byte[] stream(String streamId) throws Exception {
        return RawRequests.stream(executor.connection(host, port), streamId);
    }

    @Override
    public void close() {
        executor.close();
        driver.close();
    }
}
