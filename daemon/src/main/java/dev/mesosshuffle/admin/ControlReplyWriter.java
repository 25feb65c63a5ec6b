package dev.mesosshuffle.admin;

import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Sends a reply in parts, so that a long one is never in memory as a whole. The client has its deadline for the request and
 * the first part, and for each further one, since an operator may read a long table page by page.
 *
 * <p><b>Concurrency:</b> used by one thread, which waits for the client.
 */
final class ControlReplyWriter extends Writer {
    private static final int PART_CHARS = 16 * 1024;

    private final SocketChannel client;
    private final Function<SocketChannel, Future<?>> deadlines;
    private final StringBuilder part = new StringBuilder();
    private Future<?> deadline;

    /**
     * Creates a writer, and starts the client's first deadline.
     *
     * @param deadlines starts a deadline, at which the client is closed
     */
    ControlReplyWriter(SocketChannel client, Function<SocketChannel, Future<?>> deadlines) {
        this.client = client;
        this.deadlines = deadlines;
        this.deadline = deadlines.apply(client);
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        part.append(text, offset, length);
        if (part.length() >= PART_CHARS) {
            flush();
            deadline.cancel(false);
            deadline = deadlines.apply(client);
        }
    }

    @Override
    public void flush() throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(part.toString());
        part.setLength(0);
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            flush();
        } finally {
            deadline.cancel(false);
        }
    }
}
