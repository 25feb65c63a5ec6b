package dev.mesosshuffle.mesos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The credentials for the master. Their files are read for each call, so that a secret may change. */
final class MasterCredentials {
    private static final Logger logger = LoggerFactory.getLogger(MasterCredentials.class);

    /** No secret is that long, but a wrong file may be. */
    private static final int MAX_BYTES = 64 << 10;

    private final @Nullable String principal;
    private final @Nullable Path secretFile;
    private final @Nullable Path tokenFile;

    MasterCredentials(@Nullable String principal, @Nullable Path secretFile, @Nullable Path tokenFile) {
        this.principal = principal;
        this.secretFile = secretFile;
        this.tokenFile = tokenFile;
    }

    boolean areGiven() {
        return tokenFile != null || principal != null;
    }

    /**
     * Returns the value of the header {@code Authorization}; null without credentials.
     *
     * @throws IOException if their file cannot be read; the message has its path, never its content
     */
    @Nullable
    String header() throws IOException {
        if (tokenFile != null) {
            return "Bearer " + secret(tokenFile);
        }
        if (principal == null) {
            return null;
        }
        String pair = principal + ':' + (secretFile == null ? "" : secret(secretFile));
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static String secret(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + ": " + Files.size(file) + " bytes (expected: a secret on one line)");
        }
        String text = Files.readString(file).strip();
        boolean valid = !text.isEmpty() && text.chars().noneMatch(Character::isISOControl);
        if (!valid) {
            throw new IOException(file + ": empty, or more than a line (expected: a secret on one line)");
        }
        return text;
    }

    /** Warns of files that others can read. */
    void warnIfOthersCanRead() throws IOException {
        warnIfOthersCanRead(secretFile);
        warnIfOthersCanRead(tokenFile);
    }

    private static void warnIfOthersCanRead(@Nullable Path file) throws IOException {
        if (file == null) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.GROUP_READ)) {
            logger.warn("{} holds a secret, and others can read it: chmod 600 {}", file, file);
        }
    }
}
