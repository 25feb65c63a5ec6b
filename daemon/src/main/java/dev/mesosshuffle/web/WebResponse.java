package dev.mesosshuffle.web;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Where the answer to one request goes. For the thread of its handler alone. */
public interface WebResponse {
    /** Plain text. */
    String TEXT = "text/plain; charset=utf-8";

    /**
     * Sets a header, in place of one that all answers have, if that is its name. Only before the answer has begun.
     *
     * @param name its name
     * @param value its value
     */
    void header(String name, String value);

    /**
     * Sends the whole answer.
     *
     * @param status the status
     * @param contentType the type of the body
     * @param body the body
     * @throws IOException if the client has left, or does not read
     */
    void send(int status, String contentType, byte[] body) throws IOException;

    /**
     * Begins an answer of any length, which is sent while it is written. It is complete once the stream is closed; whoever fails
     * before leaves it open, so that the client sees that it is not.
     *
     * @param status the status
     * @param contentType the type of the body
     * @return the body; a write waits until the client reads, and fails if that takes too long
     * @throws IOException if the client has left
     */
    OutputStream stream(int status, String contentType) throws IOException;

    /**
     * Sends a line of text.
     *
     * @param status the status
     * @param line printable, without its end
     * @throws IOException if the client has left
     */
    default void sendText(int status, String line) throws IOException {
        send(status, TEXT, (line + '\n').getBytes(StandardCharsets.UTF_8));
    }
}
