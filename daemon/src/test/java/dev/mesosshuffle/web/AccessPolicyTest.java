package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.testing.ManualTicker;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask what. */
final class AccessPolicyTest {
    private static final RequestRoute READ = RequestRoute.get(AdminEndpoint.API, "/read", (request, response) -> {});
    private static final RequestRoute CHANGE =
            RequestRoute.post(AdminEndpoint.API, "/change", (request, response) -> {});
    private static final RequestRoute HEALTH =
            RequestRoute.get(AdminEndpoint.HEALTH, "/health", (request, response) -> {});
    private static final String TOKEN = "the-right-token-0";
    private static final int ALLOWED = 200;

    private final MetricRegistry metrics = new MetricRegistry();
    private final ManualTicker ticker = new ManualTicker();
    private final FailedAttempts failedAttempts = new FailedAttempts(ticker);

    private static final CredentialVerifier ALICE = new CredentialVerifier() {
        @Override
        public @Nullable String userOfToken(String token) {
            return token.equals(TOKEN) ? "alice" : null;
        }

        @Override
        public @Nullable String userOfPassword(String name, String secret) {
            return name.equals("alice") && secret.equals(TOKEN) ? "alice" : null;
        }
    };

    private enum Where {
        LOOPBACK,
        BEYOND,
        BEYOND_WITH_TLS
    }

    private AccessPolicy policy(Where where, @Nullable CredentialVerifier verifier, AdminEndpoint... open) {
        boolean isLoopback = where == Where.LOOPBACK;
        return new AccessPolicy(
                new AdminServerConfig(isLoopback ? "127.0.0.1" : "0.0.0.0", 0, isLoopback, Set.of(open)),
                where == Where.BEYOND_WITH_TLS,
                verifier,
                failedAttempts,
                new AdminServerMetrics(metrics));
    }

    private static int check(AccessPolicy policy, RequestRoute route, String... headers) {
        return check(policy, route, InetAddress.getLoopbackAddress(), headers);
    }

    private static int check(AccessPolicy policy, RequestRoute route, InetAddress client, String... headers) {
        try {
            policy.check(route, headers(headers), client);
            return ALLOWED;
        } catch (HttpFailure e) {
            return e.status();
        }
    }

    private static HttpHeaders headers(String... namesAndValues) {
        HttpHeaders headers = new DefaultHttpHeaders().set("Host", "localhost:17337");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.set(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    private static InetAddress address(int third, int fourth) throws Exception {
        return InetAddress.getByAddress(new byte[] {10, 0, (byte) third, (byte) fourth});
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    // Addresses and credentials.

    @ParameterizedTest
    @CsvSource({
        // where, are there credentials, are they given, reading, reading what is open, changing
        "LOOPBACK,        false, false, 200, 200, 403",
        "LOOPBACK,        true,  false, 401, 200, 401",
        "LOOPBACK,        true,  true,  200, 200, 200",
        "BEYOND,          false, false, 403, 200, 403",
        "BEYOND,          true,  true,  403, 200, 403",
        "BEYOND_WITH_TLS, false, false, 403, 200, 403",
        "BEYOND_WITH_TLS, true,  false, 401, 200, 401",
        "BEYOND_WITH_TLS, true,  true,  200, 200, 200",
    })
    void asksForCredentialsAndServesBeyondTheLoopbackAddressOnlyWithTlsAndThem(
            Where where, boolean exist, boolean given, int reading, int readingOpen, int changing) {
        AccessPolicy policy = policy(where, exist ? ALICE : null, AdminEndpoint.HEALTH);
        String[] headers = given ? new String[] {"Authorization", "Bearer " + TOKEN} : new String[0];
        assertThat(check(policy, READ, headers)).isEqualTo(reading);
        assertThat(check(policy, HEALTH, headers)).isEqualTo(readingOpen);
        assertThat(check(policy, CHANGE, headers)).isEqualTo(changing);
    }

    @Test
    void tellsWhoAsks() throws Exception {
        AccessPolicy policy = policy(Where.LOOPBACK, ALICE, AdminEndpoint.HEALTH);
        InetAddress client = InetAddress.getLoopbackAddress();
        assertThat(policy.check(READ, headers("Authorization", "bearer " + TOKEN), client))
                .isEqualTo("alice");
        assertThat(policy.check(HEALTH, headers(), client)).isNull();
    }

    @Test
    void readsByPasswordButChangesByTokenAlone() {
        AccessPolicy policy = policy(Where.LOOPBACK, ALICE);
        String right = basic("alice:" + TOKEN);
        assertThat(check(policy, READ, "Authorization", right)).isEqualTo(ALLOWED);
        assertThat(check(policy, CHANGE, "Authorization", right)).isEqualTo(401);
        assertThat(check(policy, CHANGE, "Cookie", "Authorization=Bearer " + TOKEN))
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Bearer", "Bearer ", "Bearer wrong", "Basic", "Basic ?", "Digest x", "the-right-token-0"})
    void refusesWrongCredentials(String given) {
        assertThat(check(policy(Where.LOOPBACK, ALICE), READ, "Authorization", given))
                .isEqualTo(401);
        assertThat(metrics.counter("shuffleService.admin.authenticationFailures")
                        .getCount())
                .isOne();
    }

    @Test
    void refusesAWrongPassword() {
        AccessPolicy policy = policy(Where.LOOPBACK, ALICE);
        for (String pair : new String[] {"bob:" + TOKEN, "alice:", "alice", ":" + TOKEN}) {
            assertThat(check(policy, READ, "Authorization", basic(pair)))
                    .as(pair)
                    .isEqualTo(401);
        }
    }

    @Test
    void tellsWhoGuessesToWaitButNotWhoKnows() throws Exception {
        AccessPolicy policy = policy(Where.LOOPBACK, ALICE);
        InetAddress guessing = address(0, 1);
        for (int i = 0; i < FailedAttempts.MAX_PER_INTERVAL; i++) {
            assertThat(check(policy, READ, guessing, "Authorization", "Bearer " + i))
                    .isEqualTo(401);
        }
        assertThat(check(policy, READ, guessing, "Authorization", "Bearer wrong"))
                .isEqualTo(429);
        assertThat(check(policy, READ, guessing, "Authorization", "Bearer " + TOKEN))
                .isEqualTo(ALLOWED);
        assertThat(check(policy, READ, address(0, 2), "Authorization", "Bearer wrong"))
                .isEqualTo(401);
        ticker.pass(FailedAttempts.INTERVAL);
        assertThat(check(policy, READ, guessing, "Authorization", "Bearer wrong"))
                .isEqualTo(401);
    }

    @Test
    void countsAllAddressesOfAHostTogether() throws Exception {
        for (int i = 0; i < FailedAttempts.MAX_PER_INTERVAL; i++) {
            failedAttempts.failed(InetAddress.getByName("2001:db8:0:7::" + i));
        }
        assertThat(failedAttempts.isBlocked(InetAddress.getByName("2001:db8:0:7:ffff::1")))
                .isTrue();
        assertThat(failedAttempts.isBlocked(InetAddress.getByName("2001:db8:0:8::1")))
                .isFalse();
    }

    @Test
    void remembersALimitedNumberOfAddressesThatFailed() throws Exception {
        for (int i = 0; i < 2000; i++) {
            InetAddress address = address(i / 256, i % 256);
            for (int n = 0; n < FailedAttempts.MAX_PER_INTERVAL; n++) {
                failedAttempts.failed(address);
            }
        }
        assertThat(failedAttempts.isBlocked(address(0, 0))).isFalse();
        assertThat(failedAttempts.isBlocked(address(7, 207))).isTrue();
    }

    // Other sites.

    @ParameterizedTest
    @CsvSource({
        "localhost,           200",
        "LOCALHOST:17337,     200",
        "127.0.0.1:17337,     200",
        "[::1]:17337,         200",
        "[::1],               200",
        "evil.example,        421",
        "evil.example:17337,  421",
        "localhost.evil.com,  421",
        "127.0.0.1.nip.io,    421",
    })
    void answersOnTheLoopbackAddressOnlyWhoMeansThisHost(String host, int status) {
        assertThat(check(policy(Where.LOOPBACK, null), READ, "Host", host)).isEqualTo(status);
    }

    @Test
    void answersToEveryNameBeyondIt() {
        assertThat(check(policy(Where.BEYOND, null, AdminEndpoint.API), READ, "Host", "node17.example.com:17337"))
                .isEqualTo(ALLOWED);
        assertThat(check(policy(Where.BEYOND, null, AdminEndpoint.API), READ, "Host", ""))
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        // Origin, Sec-Fetch-Site, Sec-Fetch-Mode, reading, changing
        "'',                     '',          '',       200, 200",
        "http://localhost:17337, same-origin, cors,     200, 200",
        "'',                     none,        navigate, 200, 200",
        "'',                     cross-site,  navigate, 200, 403",
        "'',                     cross-site,  no-cors,  403, 403",
        "'',                     same-site,   cors,     403, 403",
        "http://evil.example,    '',          '',       403, 403",
        "null,                   '',          '',       403, 403",
        "http://localhost:8080,  '',          '',       403, 403",
    })
    void refusesWhatAnotherSiteMakesABrowserSend(String origin, String site, String mode, int reading, int changing) {
        HttpHeaders headers = headers("Authorization", "Bearer " + TOKEN);
        set(headers, "Origin", origin);
        set(headers, "Sec-Fetch-Site", site);
        set(headers, "Sec-Fetch-Mode", mode);
        AccessPolicy policy = policy(Where.LOOPBACK, ALICE);
        assertThat(status(policy, READ, headers)).isEqualTo(reading);
        assertThat(status(policy, CHANGE, headers)).isEqualTo(changing);
    }

    private static void set(HttpHeaders headers, String name, String value) {
        if (!value.isEmpty()) {
            headers.set(name, value);
        }
    }

    private static int status(AccessPolicy policy, RequestRoute route, HttpHeaders headers) {
        try {
            policy.check(route, headers, InetAddress.getLoopbackAddress());
            return ALLOWED;
        } catch (HttpFailure e) {
            return e.status();
        }
    }
}
