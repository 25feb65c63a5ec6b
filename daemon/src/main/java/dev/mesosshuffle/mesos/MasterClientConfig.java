package dev.mesosshuffle.mesos;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the masters are reached.
 *
 * @param urls {@code http} or {@code https} URLs with a host and a port; any of the masters, which redirect to the leader
 * @param principal who authenticates with a secret; null to use the token, or no credentials
 * @param secretFile has the principal's secret
 * @param tokenFile has a token to authenticate with; null to use the principal, or no credentials
 * @param caFile has the trusted certificates, as PEM; null to trust those that Java does
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
