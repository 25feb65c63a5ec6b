package dev.mesosshuffle.page;

import dev.mesosshuffle.web.RouteHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A file that the page refers to, from inside the jar, under a fixed path. */
final class PageAsset {
    private PageAsset() {}

    /**
     * Answers with a file, which is read when it is first asked for.
     *
     * @param name the file's name in this package
     * @param contentType its type
     */
    static RouteHandler of(String name, String contentType) {
        return (request, response) -> {
            // It changes with the daemon's version only.
            response.header("cache-control", "private, max-age=300");
            response.send(200, contentType, read(name));
        };
    }

    private static byte[] read(String name) {
        try (InputStream file = PageAsset.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("file: " + name + " (expected: one of this package)");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
