package dev.mesosshuffle.mesos;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the masters are reached.
 *
 * @param urls where they are, {@code http} or {@code https} with a host and a port; any of them, which lead on to the
 *     leader
 * @param principal as whom to ask; null asks with the token, or as nobody
 * @param secretFile holds the principal's secret
 * @param tokenFile holds a token to ask with; null asks as the principal, or as nobody
 * @param caFile holds the certificates to trust, as PEM; null trusts those that Java does
 */
public record MasterClientConfig(
        List<URI> urls,
        @Nullable String principal,
        @Nullable Path secretFile,
        @Nullable Path tokenFile,
        @Nullable Path caFile) {
    /** Keeps its own copy of the URLs. */
    public MasterClientConfig {
        urls = List.copyOf(urls);
    }
}
