package dev.mesosshuffle.web;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may ask what.
 *
 * <ul>
 *   <li>What is open may be read by everybody.
 *   <li>All else is served on the loopback address, or where there are both TLS and credentials.
 *   <li>Where there are credentials, they are needed; what changes something needs a token among them, which no browser sends by
 *       itself.
 *   <li>Requests that other sites make a browser send are refused: by the header {@code Host}, which a name that another site
 *       points here does not match, and by {@code Origin} and {@code Sec-Fetch-Site}.
 * </ul>
 *
 * For any thread.
 */
final class AccessPolicy {
    private static final String BASIC = "basic ";
    private static final String BEARER = "bearer ";

    private final AdminServerConfig config;
    private final boolean isEncrypted;
    private final @Nullable CredentialVerifier verifier;
    private final FailedAttempts failedAttempts;
    private final AdminServerMetrics metrics;

    AccessPolicy(
            AdminServerConfig config,
            boolean isEncrypted,
            @Nullable CredentialVerifier verifier,
            FailedAttempts failedAttempts,
            AdminServerMetrics metrics) {
        this.config = config;
        this.isEncrypted = isEncrypted;
        this.verifier = verifier;
        this.failedAttempts = failedAttempts;
        this.metrics = metrics;
    }

    /**
     * Checks a request.
     *
     * @return who it is; null if it did not have to tell
     * @throws HttpFailure if it is refused
     */
    @Nullable
    String check(RequestRoute route, HttpHeaders headers, InetAddress client) throws HttpFailure {
        String host = headers.get(HttpHeaderNames.HOST);
        checkHost(host);
        checkOrigin(route, headers, host == null ? "" : host);
        if (!route.changesSomething() && config.openEndpoints().contains(route.endpoint())) {
            return null;
        }
        if (!config.isLoopback() && (verifier == null || !isEncrypted)) {
            throw new HttpFailure(403, "not served on this address without both TLS and credentials");
        }
        if (verifier != null) {
            return authenticate(verifier, route, headers, client);
        }
        if (route.changesSomething()) {
            throw new HttpFailure(
                    403,
                    "no token can be right (expected: spark.mesos.shuffle.service.admin.credentials.file to be set)");
        }
        return null;
    }

    /** A name that is not known to be this host's may be one that another site has pointed here. */
    private void checkHost(@Nullable String host) throws HttpFailure {
        if (host == null || host.isEmpty()) {
            throw new HttpFailure(400, "no header Host");
        }
        String name = withoutPort(host);
        boolean isAddress = name.startsWith("[") || name.chars().allMatch(c -> c == '.' || Character.isDigit(c));
        boolean isKnown = name.equalsIgnoreCase("localhost") || name.equalsIgnoreCase(config.host());
        if (config.isLoopback() && !isAddress && !isKnown) {
            throw new HttpFailure(421, "header Host (expected: localhost or an address)");
        }
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon < 0 || host.endsWith("]") ? host : host.substring(0, colon);
    }

    private static void checkOrigin(RequestRoute route, HttpHeaders headers, String host) throws HttpFailure {
        String site = headers.get("Sec-Fetch-Site");
        boolean isForeign = site != null && !site.equals("same-origin") && !site.equals("none");
        // A link from elsewhere to a page is fine.
        boolean isNavigation = "navigate".equals(headers.get("Sec-Fetch-Mode")) && !route.changesSomething();
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        boolean hasForeignOrigin =
                origin != null && !origin.equals("http://" + host) && !origin.equals("https://" + host);
        if ((isForeign && !isNavigation) || hasForeignOrigin) {
            throw new HttpFailure(403, "sent by another site");
        }
    }

    private String authenticate(CredentialVerifier known, RequestRoute route, HttpHeaders headers, InetAddress client)
            throws HttpFailure {
        String given = headers.get(HttpHeaderNames.AUTHORIZATION);
        if (given == null) {
            throw new HttpFailure(401, "no credentials" + expected(route));
        }
        // First, since all of a host share the loopback address: who guesses there must not lock out who knows.
        String user = user(known, route, given);
        if (user == null) {
            metrics.authenticationFailed();
            if (failedAttempts.isBlocked(client)) {
                throw new HttpFailure(429, "wrong credentials too often; try again in a minute");
            }
            failedAttempts.failed(client);
            throw new HttpFailure(401, "wrong credentials" + expected(route));
        }
        return user;
    }

    private static String expected(RequestRoute route) {
        return route.changesSomething()
                ? " (expected: a bearer token)"
                : " (expected: a bearer token, or name and secret)";
    }

    private static @Nullable String user(CredentialVerifier known, RequestRoute route, String given) {
        String lower = given.toLowerCase(Locale.ROOT);
        if (lower.startsWith(BEARER)) {
            return known.userOfToken(given.substring(BEARER.length()).strip());
        }
        if (!lower.startsWith(BASIC) || route.changesSomething()) {
            return null;
        }
        try {
            byte[] pair =
                    Base64.getDecoder().decode(given.substring(BASIC.length()).strip());
            String text = new String(pair, StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            return colon < 0 ? null : known.userOfPassword(text.substring(0, colon), text.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
