package dev.mesosshuffle.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** An HTTP client that sends given bytes over a real socket and returns the answer as it arrived. */
public final class HttpSocket implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;

    /** Connects to a port of this host. */
    public HttpSocket(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Uses a connection; owns it from here on. */
    public HttpSocket(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /**
     * An answer.
     *
     * @param status its status; 0 if the connection ended without one
     * @param head its status line and headers, in lower case
     * @param body its body as it was sent, chunks with their lengths
     */
    public record Answer(int status, String head, String body) {}

    /** Sends a request for a path on a connection of its own, and returns the answer. */
    public static Answer get(int port, String path, String... headers) throws IOException {
        return request(port, "GET", path, headers);
    }

    /** Sends a request on a connection of its own, and returns the answer. */
    public static Answer request(int port, String method, String path, String... headers) throws IOException {
        try (HttpSocket client = new HttpSocket(port)) {
            client.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
            for (String header : headers) {
                client.send(header + "\r\n");
            }
            return client.send("\r\n").receive();
        }
    }

    /** Sends text as it is. */
    public HttpSocket send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Receives everything up to the end of the connection. */
    public Answer receive() throws IOException {
        String all;
        try {
            all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (java.net.SocketException e) {
            return new Answer(0, "", "");
        }
        int end = all.indexOf("\r\n\r\n");
        return end < 0
                ? new Answer(0, all, "")
                : new Answer(
                        Integer.parseInt(all.split(" ", 3)[1]),
                        all.substring(0, end).toLowerCase(Locale.ROOT),
                        all.substring(end + 4));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
