package dev.mesosshuffle.api;

import dev.mesosshuffle.json.StatusJson;
import dev.mesosshuffle.web.WebResponse;
import java.io.IOException;

/** Answers with JSON, which is sent while it is written. */
final class JsonAnswers {
    static final String TYPE = "application/json";

    private JsonAnswers() {}

    /** Writes a document. */
    interface Content {
        void writeTo(StatusJson json) throws IOException;
    }

    static void send(WebResponse response, int status, Content content) throws IOException {
        StatusJson json = StatusJson.to(response.stream(status, TYPE));
        content.writeTo(json);
        // Not if it failed: that would complete the document and the answer, and the client could not see what is
        // missing.
        json.close();
    }

    /** Writes one item of a list. */
    interface Item<T> {
        void write(StatusJson json, T item) throws IOException;
    }

    static <T> void sendList(WebResponse response, String name, Iterable<T> items, Item<T> item) throws IOException {
        send(response, 200, json -> {
            json.beginList(name);
            for (T one : items) {
                item.write(json, one);
            }
            json.endList();
        });
    }
}
