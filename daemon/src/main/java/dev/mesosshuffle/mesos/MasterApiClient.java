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
 * One call to one master, and its answer; or to the one it leads on to. Blocks.
 *
 * <p>Credentials go along wherever a master leads, for whoever may answer for it can name any host anyway; but never from
 * a connection that is encrypted to one that is not.
 */
final class MasterApiClient {
    private static final String MEDIA_TYPE = "application/x-protobuf";

    /** A follower leads to the leader, which may change just then. */
    private static final int MOST_REDIRECTS = 3;

    private static final int SEE_ELSEWHERE = 307;

    private final HttpClient client;
    private final MasterCredentials credentials;
    private final RequestLimits limits;

    MasterApiClient(HttpClient client, MasterCredentials credentials, RequestLimits limits) {
        this.client = client;
        this.credentials = credentials;
        this.limits = limits;
    }

    /**
     * An answer.
     *
     * @param from who gave it
     * @param at when, by its own clock; null if it does not say
     */
    @SuppressWarnings("ArrayRecordComponent") // Read once, and compared with nothing.
    record Answer(URI from, byte[] body, @Nullable Instant at) {}

    /**
     * Calls, and follows redirects to the leader.
     *
     * @param url a master's API
     * @param timeLeft for all of it
     */
    Answer call(URI url, byte[] message, Duration timeLeft) throws MasterUnavailableException, InterruptedException {
        long deadline = System.nanoTime() + timeLeft.toNanos();
        URI target = url;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            HttpResponse<byte[]> response = send(target, message, least(left, limits.answer()));
            if (response.statusCode() != SEE_ELSEWHERE) {
                return new Answer(target, body(target, response), date(response));
            }
            target = elsewhere(target, response);
        }
        throw unreachable(url + " led on to others more than " + MOST_REDIRECTS + " times", null);
    }

    private HttpResponse<byte[]> send(URI target, byte[] message, Duration timeLeft)
            throws MasterUnavailableException, InterruptedException {
        HttpRequest request = request(target, message);
        long deadline = System.nanoTime() + timeLeft.toNanos();
        try {
            return send(request, deadline);
        } catch (ExecutionException e) {
            if (!mayHaveBeenClosedBefore(e.getCause())) {
                throw failed(target, e.getCause());
            }
        } catch (TimeoutException e) {
            throw tooSlow(target, timeLeft, e);
        }
        // The master had closed a connection that was kept open since the last question. Asking twice does no harm.
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
                    MasterUnavailableException.Kind.DENIED,
                    "the credentials cannot be read (" + Sanitizer.printable(ErrorMessages.of(e)) + ")",
                    e);
        }
        return request.build();
    }

    private HttpResponse<byte[]> send(HttpRequest request, long deadline)
            throws ExecutionException, TimeoutException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> response =
                client.sendAsync(request, info -> new BoundedBodySubscriber(limits.answerBytes()));
        try {
            return response.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } finally {
            // Lets go of the connection if the answer is not complete.
            response.cancel(true);
        }
    }

    private static boolean mayHaveBeenClosedBefore(@Nullable Throwable reason) {
        return reason instanceof IOException
                && !(reason instanceof ConnectException)
                && !(reason instanceof HttpTimeoutException)
                && !(reason instanceof SSLException)
                && tooLong(reason) == null;
    }

    private static MasterUnavailableException tooSlow(URI target, Duration timeLeft, TimeoutException cause) {
        return unreachable(target + " did not answer within " + timeLeft.toMillis() + " ms", cause);
    }

    private static MasterUnavailableException failed(URI target, @Nullable Throwable reason) {
        String tooLong = tooLong(reason);
        if (tooLong != null) {
            return new MasterUnavailableException(
                    MasterUnavailableException.Kind.UNINTELLIGIBLE, target + ": " + tooLong);
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
                    MasterUnavailableException.Kind.DENIED,
                    target + " refused these credentials (HTTP " + status
                            + "; expected: a principal that may view frameworks)");
        }
        if (status == 503) {
            throw unreachable(target + " knows of no leader that is ready (HTTP 503)", null);
        }
        if (status != 200) {
            throw new MasterUnavailableException(
                    status >= 500
                            ? MasterUnavailableException.Kind.UNREACHABLE
                            : MasterUnavailableException.Kind.UNINTELLIGIBLE,
                    target + " answered HTTP " + status + " (expected: 200)");
        }
        String type = response.headers().firstValue("Content-Type").orElse("none");
        if (!type.toLowerCase(Locale.ROOT).startsWith(MEDIA_TYPE)) {
            throw new MasterUnavailableException(
                    MasterUnavailableException.Kind.UNINTELLIGIBLE,
                    target + " answered content of type " + Sanitizer.printable(type) + " (expected: " + MEDIA_TYPE
                            + ")");
        }
        return response.body();
    }

    /** A master leads on by a location without a scheme, {@code //host:port/api/v1}. */
    private static URI elsewhere(URI from, HttpResponse<byte[]> response) throws MasterUnavailableException {
        String location = response.headers().firstValue("Location").orElse("nowhere");
        URI target;
        try {
            target = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw misled(from, location, e);
        }
        String scheme = String.valueOf(target.getScheme());
        boolean encryptionLost = from.getScheme().equals("https") && !scheme.equals("https");
        if (encryptionLost || target.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw misled(from, location, null);
        }
        return target;
    }

    private static MasterUnavailableException misled(URI from, String location, @Nullable Exception cause) {
        String message = from + " leads on to " + Sanitizer.printable(location)
                + " (expected: another master, by https if this one is)";
        return cause == null
                ? new MasterUnavailableException(MasterUnavailableException.Kind.UNINTELLIGIBLE, message)
                : new MasterUnavailableException(MasterUnavailableException.Kind.UNINTELLIGIBLE, message, cause);
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
        MasterUnavailableException.Kind kind = MasterUnavailableException.Kind.UNREACHABLE;
        return cause == null
                ? new MasterUnavailableException(kind, message)
                : new MasterUnavailableException(kind, message, cause);
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
