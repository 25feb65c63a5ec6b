package dev.mesosshuffle.security;

import dev.mesosshuffle.concurrent.Ticker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The secrets of applications. For any thread that may wait for a disk. */
public final class SecretSources implements SecretSource {
    private SecretSources() {}

    /**
     * Reads all secrets.
     *
     * @param settings where they come from
     * @param ticker by which files are looked at again, at most once a second
     * @throws SecretException if one cannot be used, or there is none
     */
    @SuppressWarnings("UnusedVariable") // Until there are files.
    public static SecretSources open(SecretSettings settings, Ticker ticker) throws SecretException {
        return new SecretSources();
    }

    @Override
    public @Nullable ApplicationSecret find(String appId) {
        return null;
    }

    /** What an operator should change, a line each, as found at the start. */
    public List<String> weaknesses() {
        return List.of();
    }

    /** Whether applications without a secret of their own have one in common, so that each could claim to be another. */
    public boolean hasCommonSecret() {
        return false;
    }

    /** Where the secrets come from, for the line at the start. */
    public String description() {
        return "";
    }
}
