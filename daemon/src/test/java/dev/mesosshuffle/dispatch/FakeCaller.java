package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.fetch.FakeConnection;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.protocol.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that records its replies, in hex, and what it was made. */
final class FakeCaller implements Caller {
    static final String ADDRESS = "/10.0.0.2:4711";
    static final long STREAM = 99;

    final List<AppExecId> streams = new ArrayList<>();
    final List<String> driverApps = new ArrayList<>();

    /** Why no stream can be opened; null if one can. */
    @Nullable
    String streamLimit;

    /** How long a reply may be. */
    long maxAnswerBytes = Long.MAX_VALUE;

    private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

    /** Waits for the next reply. */
    String nextReply() throws InterruptedException {
        String reply = replies.poll(20, TimeUnit.SECONDS);
        if (reply == null) {
            throw new AssertionError("no reply in time");
        }
        return reply;
    }

    boolean hasReply() {
        return !replies.isEmpty();
    }

    /** A request of this client. */
    RpcCall call(long requestId) {
        return new RpcCall(this, requestId);
    }

    @Override
    public String remoteAddress() {
        return ADDRESS;
    }

    @Override
    public void send(Reply reply) {
        replies.add(FakeConnection.encoded(reply));
    }

    @Override
    public long maxAnswerBytes(long wantedBytes) {
        return maxAnswerBytes;
    }

    @Override
    public long openStream(AppExecId executor, BlockIds blocks) {
        if (streamLimit != null) {
            throw new IllegalArgumentException(streamLimit);
        }
        streams.add(executor);
        return STREAM;
    }

    @Override
    public void registerDriver(String appId) {
        driverApps.add(appId);
    }
}
