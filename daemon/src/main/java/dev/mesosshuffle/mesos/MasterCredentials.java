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

/** As whom the master is asked. The files are read for each question, so that a secret may change. */
final class MasterCredentials {
    private static final Logger logger = LoggerFactory.getLogger(MasterCredentials.class);

    /** No secret is that long, and a wrong file may be. */
    private static final int MOST_BYTES = 64 << 10;

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
     * The value of the header {@code Authorization}; null if there are no credentials.
     *
     * @throws IOException if their file cannot be read; the message names it, and never what is in it
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
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + ": " + Files.size(file) + " bytes (expected: a secret on one line)");
        }
        String text = Files.readString(file).strip();
        boolean sound = !text.isEmpty() && text.chars().noneMatch(Character::isISOControl);
        if (!sound) {
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
