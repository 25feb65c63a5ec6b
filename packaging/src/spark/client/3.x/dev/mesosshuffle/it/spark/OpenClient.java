package dev.mesosshuffle.it.spark;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.shuffle.ExternalBlockStoreClient;

/**
 * A client whose connections are within reach. It sends what a Mesos driver sends, though its version has no driver
 * client any more; from 4.0 on it does not even have the messages, so they are written as bytes.
 */
final class OpenClient extends ExternalBlockStoreClient {
    private static final byte REGISTER_DRIVER = 4;
    private static final byte HEARTBEAT = 5;
    private static final byte UPLOAD_BLOCK_STREAM = 6;
    private static final long ANSWER_TIMEOUT_MILLIS = 10_000;

    private final ScheduledExecutorService heartbeats = Executors.newSingleThreadScheduledExecutor();
    private final byte[] appId;

    OpenClient(Map<String, String> conf, String appId) {
        super(
                Settings.transport(conf),
                Settings.secrets(conf),
                Settings.authenticates(conf),
                Settings.REGISTRATION_TIMEOUT_MILLIS);
        this.appId = appId.getBytes(StandardCharsets.UTF_8);
        init(appId);
    }

    void registerDriver(String host, int port, long timeoutMillis, long intervalMillis) throws Exception {
        TransportClient connection = clientFactory.createClient(host, port);
        ByteBuffer registration = ByteBuffer.allocate(message().remaining() + Long.BYTES);
        registration
                .put(message())
                .putLong(timeoutMillis)
                .put(0, REGISTER_DRIVER)
                .flip();
        connection.sendRpcSync(registration, ANSWER_TIMEOUT_MILLIS);
        heartbeats.scheduleAtFixedRate(() -> connection.send(message()), 0, intervalMillis, TimeUnit.MILLISECONDS);
    }

    /** A heartbeat: the kind of the message, then the application's id with its length before it. */
    private ByteBuffer message() {
        return ByteBuffer.allocate(1 + Integer.BYTES + appId.length)
                .put(HEARTBEAT)
                .putInt(appId.length)
                .put(appId)
                .flip();
    }

    TransportClient connection(String host, int port) throws Exception {
        return clientFactory.createClient(host, port);
    }

    CompletableFuture<ByteBuffer> upload(String host, int port, byte[] data) throws Exception {
        CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
        clientFactory
                .createClient(host, port)
                .uploadStream(
                        new NioManagedBuffer(ByteBuffer.wrap(new byte[] {UPLOAD_BLOCK_STREAM})),
                        new NioManagedBuffer(ByteBuffer.wrap(data)),
                        new RpcResponseCallback() {
                            @Override
                            public void onSuccess(ByteBuffer response) {
                                answer.complete(response);
                            }

                            @Override
                            public void onFailure(Throwable failure) {
                                answer.completeExceptionally(failure);
                            }
                        });
        return answer;
    }

    @Override
    public void close() {
        heartbeats.shutdownNow();
        super.close();
    }
}
