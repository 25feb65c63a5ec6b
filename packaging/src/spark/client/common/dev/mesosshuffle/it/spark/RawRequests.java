package dev.mesosshuffle.it.spark;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.client.ChunkReceivedCallback;
import org.apache.spark.network.client.StreamCallback;
import org.apache.spark.network.client.TransportClient;

/** What goes over a connection of any version below the messages that its client knows. */
final class RawRequests {
    private static final long LONGEST_ANSWER_SECONDS = 60;

    private RawRequests() {}

    static byte[] call(TransportClient connection, byte[] message) {
        ByteBuffer answer =
                connection.sendRpcSync(ByteBuffer.wrap(message), TimeUnit.SECONDS.toMillis(LONGEST_ANSWER_SECONDS));
        byte[] bytes = new byte[answer.remaining()];
        answer.get(bytes);
        return bytes;
    }

    static byte[] chunk(TransportClient connection, long streamId, int index) throws Exception {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        connection.fetchChunk(streamId, index, new ChunkReceivedCallback() {
            @Override
            public void onSuccess(int chunkIndex, ManagedBuffer buffer) {
                try (InputStream content = buffer.createInputStream()) {
                    answer.complete(content.readAllBytes());
                } catch (IOException e) {
                    answer.completeExceptionally(e);
                }
            }

            @Override
            public void onFailure(int chunkIndex, Throwable failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer.get(LONGEST_ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    static byte[] stream(TransportClient connection, String streamId) throws Exception {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        connection.stream(streamId, new StreamCallback() {
            @Override
            public void onData(String id, ByteBuffer data) {
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                content.write(bytes, 0, bytes.length);
            }

            @Override
            public void onComplete(String id) {
                answer.complete(content.toByteArray());
            }

            @Override
            public void onFailure(String id, Throwable failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer.get(LONGEST_ANSWER_SECONDS, TimeUnit.SECONDS);
    }
}
