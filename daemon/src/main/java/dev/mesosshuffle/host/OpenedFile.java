package dev.mesosshuffle.host;

import java.nio.channels.FileChannel;
import java.util.Map;

/**
 * A regular file that is open for reading.
 *
 * @param channel the open file, which its holder closes
 * @param attributes the JDK's {@code unix:} attributes {@code mode}, {@code fileKey}, {@code size}, {@code
 *     lastModifiedTime} and {@code ctime} of this very file, right before it was opened
 */
public record OpenedFile(FileChannel channel, Map<String, Object> attributes) {}
