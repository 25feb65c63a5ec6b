package dev.mesosshuffle.benchmark.security;

import dev.mesosshuffle.benchmark.wire.Frame;
import dev.mesosshuffle.benchmark.wire.Requests;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A connection in its handshake: it asks, and waits for the answer. Reads no byte behind it. */
final class HandshakeChannel {
    /** No answer of a handshake is longer. */
    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    private final SocketChannel channel;

    HandshakeChannel(SocketChannel channel) {
        this.channel = channel;
    }

    /** Sends the body of an RPC and returns that of its answer; fails if that is a failure. */
    byte[] call(byte[] body) throws IOException {
        ByteBuffer request = ByteBuffer.wrap(Requests.rpc(1, body));
        while (request.hasRemaining()) {
            channel.write(request);
        }
        // The socket's own stream, for the channel's would wait for ever.
        DataInputStream in = new DataInputStream(channel.socket().getInputStream());
        long length = in.readLong();
        if (length < Frame.HEADER_BYTES || length > MAX_ANSWER_BYTES) {
            throw new IOException("answer of " + length + " bytes (expected: at most " + MAX_ANSWER_BYTES + ")");
        }
        byte type = in.readByte();
        byte[] rest = new byte[(int) length - Frame.HEADER_BYTES];
        in.readFully(rest);
        if (type != Frame.RPC_RESPONSE) {
            throw new IOException("the handshake was answered by type " + type + " (expected: " + Frame.RPC_RESPONSE
                    + "): " + new String(rest, StandardCharsets.UTF_8).strip());
        }
        ByteBuffer answer = ByteBuffer.wrap(rest);
        answer.getLong();
        byte[] answerBody = new byte[answer.getInt()];
        answer.get(answerBody);
        return answerBody;
    }
}
