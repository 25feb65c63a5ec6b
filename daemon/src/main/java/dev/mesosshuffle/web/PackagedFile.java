package dev.mesosshuffle.web;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers with a file from inside the jar, which is read when it is first asked for, and kept: such files are few and have some
 * ten KB each. For any thread.
 */
public final class PackagedFile implements RouteHandler {
    private final Source source;
    private final String name;
    private final String contentType;
    private volatile byte @Nullable [] content;

    /** Opens a file. */
    @FunctionalInterface
    interface Source {
        /** Returns null if there is no such file. */
        @Nullable
        InputStream open(String name);
    }

    /**
     * Creates an answer; reads nothing yet.
     *
     * @param owner a class of the file's package
     * @param name the file's name there
     * @param contentType its type
     */
    public PackagedFile(Class<?> owner, String name, String contentType) {
        this(owner::getResourceAsStream, name, contentType);
    }

    PackagedFile(Source source, String name, String contentType) {
        this.source = source;
        this.name = name;
        this.contentType = contentType;
    }

    @Override
    public void handle(WebRequest request, WebResponse response) throws IOException {
        byte[] bytes = content();
        // It changes with the daemon's version only.
        response.header("cache-control", "private, max-age=300");
        response.send(200, contentType, bytes);
    }

    /** Requests at the same time may each read it. */
    private byte[] content() throws IOException {
        byte[] known = content;
        if (known == null) {
            try (InputStream file = source.open(name)) {
                if (file == null) {
                    throw new IllegalStateException("file: " + name + " (expected: one of this package)");
                }
                known = file.readAllBytes();
            }
            content = known;
        }
        return known;
    }
}
