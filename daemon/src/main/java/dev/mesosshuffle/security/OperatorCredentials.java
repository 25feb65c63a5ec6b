package dev.mesosshuffle.security;

import dev.mesosshuffle.logging.Sanitizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who may ask the admin server: a file with a line {@code NAME:SECRET} for each. What is kept of a secret is its
 * digest, and a comparison takes the same time whatever is right about what was given. For any thread.
 */
public final class OperatorCredentials {
    private static final Logger logger = LoggerFactory.getLogger(OperatorCredentials.class);

    private static final int MAX_BYTES = 64 << 10;

    /** What nobody can guess over a network; of characters that a header may have. */
    private static final Pattern LINE = Pattern.compile("([A-Za-z0-9._-]{1,64}):([!-~]{16,512})");

    private static final String EXPECTED =
            " (expected: NAME:SECRET, a name of letters, digits, dots, dashes and underscores, and a secret of 16 to 512"
                    + " printable ASCII characters without blanks)";

    private final SecretFile file;
    private volatile List<Entry> entries;

    private static final class Entry {
        final String name;
        final byte[] digest;

        Entry(String name, byte[] digest) {
            this.name = name;
            this.digest = digest;
        }
    }

    private OperatorCredentials(SecretFile file, List<Entry> entries) {
        this.file = file;
        this.entries = entries;
    }

    /**
     * Reads a file. Works on the disk.
     *
     * @throws SecretException if it cannot be read, others could read it, or a line is none of these
     */
    public static OperatorCredentials read(Path path) throws SecretException {
        SecretFile file = new SecretFile(path, MAX_BYTES, SecretFile.Reader.THIS_PROCESS);
        return new OperatorCredentials(file, entries(file));
    }

    /**
     * Reads a file as the daemon will, which may be another user's if this process is root's. Works on the disk.
     *
     * @throws SecretException as {@link #read} does
     */
    public static void check(Path path) throws SecretException {
        entries(new SecretFile(path, MAX_BYTES, SecretFile.Reader.DAEMON));
    }

    /** Reads the file again. If that fails, those before stay in use. Works on the disk. */
    public void reload() {
        try {
            entries = entries(file);
        } catch (SecretException e) {
            logger.error(
                    "The credentials of the admin server were not reread, those before stay in use: {}: {}",
                    Sanitizer.printable(file.path().toString()),
                    e.getMessage());
        }
    }

    private static List<Entry> entries(SecretFile file) throws SecretException {
        byte[] content = file.read();
        try {
            return parse(new String(content, StandardCharsets.ISO_8859_1));
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private static List<Entry> parse(String content) throws SecretException {
        List<Entry> entries = new ArrayList<>();
        String[] lines = content.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].isEmpty() || lines[i].startsWith("#")) {
                continue;
            }
            Matcher line = LINE.matcher(lines[i]);
            if (!line.matches()) {
                throw new SecretException("line " + (i + 1) + EXPECTED);
            }
            String name = line.group(1);
            if (entries.stream().anyMatch(entry -> entry.name.equals(name))) {
                throw new SecretException(
                        "line " + (i + 1) + ": the same name as in a line before (expected: one secret each)");
            }
            byte[] digest = digest(line.group(2));
            // A token must tell whose it is.
            if (entries.stream().anyMatch(entry -> MessageDigest.isEqual(entry.digest, digest))) {
                throw new SecretException(
                        "line " + (i + 1) + ": the same secret as in a line before (expected: one secret each)");
            }
            entries.add(new Entry(name, digest));
        }
        if (entries.isEmpty()) {
            throw new SecretException("nobody in it" + EXPECTED);
        }
        return List.copyOf(entries);
    }

    /**
     * Checks a token.
     *
     * @return the name of whoever's secret it is; null if nobody's
     */
    public @Nullable String userOfToken(String token) {
        return find(null, token);
    }

    /**
     * Checks a name and its secret.
     *
     * @return the name; null if that is not its secret
     */
    public @Nullable String userOfPassword(String name, String secret) {
        return find(name, secret);
    }

    /** Compares all, whichever is the right one. */
    private @Nullable String find(@Nullable String name, String secret) {
        byte[] digest = digest(secret);
        String found = null;
        for (Entry entry : entries) {
            boolean isName = name == null || entry.name.equals(name);
            if (MessageDigest.isEqual(entry.digest, digest) && isName) {
                found = entry.name;
            }
        }
        return found;
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
