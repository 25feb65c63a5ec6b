package dev.mesosshuffle.mesos;

import dev.mesosshuffle.liveness.MasterUnavailableException;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.Sanitizer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes one call to one master, or to the one that it redirects to. Blocks.
 *
 * <p>Credentials follow a redirect to any host, because whoever can respond for a master can name any host anyway; but never
 * from an encrypted connection to an unencrypted one.
 */
final class MasterApiClient {
    private static final String MEDIA_TYPE = "application/x-protobuf";

    /** A follower redirects to the leader, which may change at that moment. */
    private static final int MAX_REDIRECTS = 3;

    private static final int TEMPORARY_REDIRECT = 307;

    private final HttpClient client;
    private final MasterCredentials credentials;
    private final RequestLimits limits;

    MasterApiClient(HttpClient client, MasterCredentials credentials, RequestLimits limits) {
        this.client = client;
        this.credentials = credentials;
        this.limits = limits;
    }

    /**
     * A response.
     *
     * @param from the master that gave it
     * @param date when, by its own clock; null if unknown
     */
    @SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
    record ApiResponse(URI from, byte[] body, @Nullable Instant date) {}

    /**
     * Calls, and follows redirects to the leader.
     *
     * @param url a master's API
     * @param timeLeft for all redirects together
     */
    ApiResponse call(URI url, byte[] message, Duration timeLeft)
            throws MasterUnavailableException, InterruptedException {
        long deadline = System.nanoTime() + timeLeft.toNanos();
        URI target = url;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            HttpResponse<byte[]> response = send(target, message, min(left, limits.response()));
            if (response.statusCode() != TEMPORARY_REDIRECT) {
                return new ApiResponse(target, body(target, response), date(response));
            }
            target = redirectTarget(target, response);
        }
        throw unreachable(url + " redirected more than " + MAX_REDIRECTS + " times", null);
    }

    private HttpResponse<byte[]> send(URI target, byte[] message, Duration timeLeft)
            throws MasterUnavailableException, InterruptedException {
        HttpRequest request = request(target, message);
        long deadline = System.nanoTime() + timeLeft.toNanos();
        try {
            return send(request, deadline);
        } catch (ExecutionException e) {
            if (!mayBeStaleConnection(e.getCause())) {
                throw failed(target, e.getCause());
            }
        } catch (TimeoutException e) {
            throw tooSlow(target, timeLeft, e);
        }
        // The master had closed a connection that was kept alive since the last call. A second call does no harm.
        try {
            return send(request, deadline);
        } catch (ExecutionException e) {
            throw failed(target, e.getCause());
        } catch (TimeoutException e) {
            throw tooSlow(target, timeLeft, e);
        }
    }

    private HttpRequest request(URI target, byte[] message) throws MasterUnavailableException {
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .header("Content-Type", MEDIA_TYPE)
                .header("Accept", MEDIA_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(message));
        try {
            String authorization = credentials.header();
            if (authorization != null) {
                request.header("Authorization", authorization);
            }
        } catch (IOException e) {
            throw new MasterUnavailableException(
                    MasterUnavailableException.Reason.UNAUTHORIZED,
                    "the credentials cannot be read (" + Sanitizer.printable(ErrorMessages.of(e)) + ")",
                    e);
        }
        return request.build();
    }

    private HttpResponse<byte[]> send(HttpRequest request, long deadline)
            throws ExecutionException, TimeoutException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> response =
                client.sendAsync(request, info -> new BoundedBodySubscriber(limits.maxResponseBytes()));
        try {
            return response.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } finally {
            // Releases the connection if the response is incomplete.
            response.cancel(true);
        }
    }

    private static boolean mayBeStaleConnection(@Nullable Throwable reason) {
        return reason instanceof IOException
                && !(reason instanceof ConnectException)
                && !(reason instanceof HttpTimeoutException)
                && !(reason instanceof SSLException)
                && tooLong(reason) == null;
    }

    private static MasterUnavailableException tooSlow(URI target, Duration timeLeft, TimeoutException cause) {
        return unreachable(target + " did not respond within " + timeLeft.toMillis() + " ms", cause);
    }

    private static MasterUnavailableException failed(URI target, @Nullable Throwable reason) {
        String tooLong = tooLong(reason);
        if (tooLong != null) {
            return new MasterUnavailableException(
                    MasterUnavailableException.Reason.INVALID_RESPONSE, target + ": " + tooLong);
        }
        return unreachable(
                target + " cannot be reached ("
                        + Sanitizer.printable(reason == null ? "no reason given" : ErrorMessages.of(reason)) + ")",
                reason);
    }

    private static @Nullable String tooLong(@Nullable Throwable reason) {
        for (Throwable cause = reason; cause != null; cause = cause.getCause()) {
            if (cause instanceof BoundedBodySubscriber.TooLongException) {
                return cause.getMessage();
            }
        }
        return null;
    }

    private static byte[] body(URI target, HttpResponse<byte[]> response) throws MasterUnavailableException {
        int status = response.statusCode();
        if (status == 401 || status == 403) {
            throw new MasterUnavailableException(
                    MasterUnavailableException.Reason.UNAUTHORIZED,
                    target + " rejected these credentials (HTTP " + status
                            + "; expected: a principal that may view frameworks)");
        }
        if (status == 503) {
            throw unreachable(target + " has no leader that is ready (HTTP 503)", null);
        }
        if (status != 200) {
            throw new MasterUnavailableException(
                    status >= 500
                            ? MasterUnavailableException.Reason.UNREACHABLE
                            : MasterUnavailableException.Reason.INVALID_RESPONSE,
                    target + " responded HTTP " + status + " (expected: 200)");
        }
        String type = response.headers().firstValue("Content-Type").orElse("none");
        if (!type.toLowerCase(Locale.ROOT).startsWith(MEDIA_TYPE)) {
            throw new MasterUnavailableException(
                    MasterUnavailableException.Reason.INVALID_RESPONSE,
                    target + " responded with content of type " + Sanitizer.printable(type) + " (expected: "
                            + MEDIA_TYPE + ")");
        }
        return response.body();
    }

    /** A master redirects to a location without a scheme, {@code //host:port/api/v1}. */
    private static URI redirectTarget(URI from, HttpResponse<byte[]> response) throws MasterUnavailableException {
        String location = response.headers().firstValue("Location").orElse("no location");
        URI target;
        try {
            target = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw invalidRedirect(from, location, e);
        }
        String scheme = String.valueOf(target.getScheme());
        boolean encryptionLost = from.getScheme().equals("https") && !scheme.equals("https");
        if (encryptionLost || target.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw invalidRedirect(from, location, null);
        }
        return target;
    }

    private static MasterUnavailableException invalidRedirect(URI from, String location, @Nullable Exception cause) {
        String message = from + " redirects to " + Sanitizer.printable(location)
                + " (expected: another master, by https if this one is)";
        return cause == null
                ? new MasterUnavailableException(MasterUnavailableException.Reason.INVALID_RESPONSE, message)
                : new MasterUnavailableException(MasterUnavailableException.Reason.INVALID_RESPONSE, message, cause);
    }

    private static @Nullable Instant date(HttpResponse<byte[]> response) {
        String date = response.headers().firstValue("Date").orElse(null);
        try {
            return date == null ? null : Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static MasterUnavailableException unreachable(String message, @Nullable Throwable cause) {
        MasterUnavailableException.Reason reason = MasterUnavailableException.Reason.UNREACHABLE;
        return cause == null
                ? new MasterUnavailableException(reason, message)
                : new MasterUnavailableException(reason, message, cause);
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
