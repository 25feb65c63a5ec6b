package dev.mesosshuffle.mesos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.mesosshuffle.liveness.MasterAnswer;
import dev.mesosshuffle.liveness.NoAnswerException;
import dev.mesosshuffle.liveness.NoAnswerException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Over real sockets, against masters that lead, follow, hang, lie, deny, flood, and are not there. */
final class MasterClientTest {
    private static final Limits LIMITS =
            new Limits(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(30), 1 << 20);
    private static final Limits SHORT =
            new Limits(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(30), 1 << 20);

    @TempDir
    Path temp;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(MasterClient.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private MasterServer leader;

    @BeforeEach
    void start() throws Exception {
        leader = master();
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stop() throws Exception {
        logger.detachAppender(log);
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    // Leaders and followers.

    @Test
    void readsWhatTheLeaderSays() throws Exception {
        MasterAnswer answer = ask(client(leader.url()));

        assertThat(answer.frameworks()).containsExactlyInAnyOrder("alive-1", "alive-2");
        assertThat(answer.completed()).containsExactly("completed-1");
        assertThat(answer.leader()).startsWith("master-1 since ");
        // To the second: that is how exact the header is that tells a master's time.
        assertThat(answer.leadsFor())
                .isBetween(
                        Duration.ofHours(1).minusSeconds(2), Duration.ofHours(1).plusSeconds(9));
        assertThat(leader.requests)
                .containsExactly(
                        "POST /api/v1 GET_FRAMEWORKS application/x-protobuf application/x-protobuf",
                        "POST /api/v1 GET_MASTER application/x-protobuf application/x-protobuf");
        assertThat(leader.authorizations).containsOnly("null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"//HOST/api/v1", "http://HOST/api/v1"})
    void followsAFollowerToTheLeaderAndAsksThatFirstTheNextTime(String location) throws Exception {
        MasterServer follower = master();
        follower.behaviour = MasterServer.redirect(location.replace("HOST", leader.host()));
        MasterClient client = client(follower.url());

        assertThat(ask(client).frameworks()).contains("alive-1");
        assertThat(ask(client).frameworks()).contains("alive-1");
        assertThat(follower.requests).hasSize(1);
        assertThat(leader.requests).hasSize(4);
    }

    @Test
    void findsTheNewLeaderAfterAFailover() throws Exception {
        MasterServer other = master();
        other.id = "master-2";
        other.behaviour = MasterServer.redirect("//" + leader.host() + "/api/v1");
        MasterClient client = client(leader.url(), other.url());
        assertThat(ask(client).leader()).startsWith("master-1");

        leader.close();
        other.behaviour = null;
        other.leadsFor = Duration.ofSeconds(10);
        MasterAnswer answer = ask(client);
        assertThat(answer.leader()).startsWith("master-2");
        assertThat(answer.leadsFor()).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void doesNotKnowForHowLongALeaderLeadsThatChangesInBetween() throws Exception {
        MasterServer before = master();
        before.frameworks = List.of("old");
        before.behaviour = (exchange, call) -> {
            before.behaviour = MasterServer.redirect("//" + leader.host() + "/api/v1");
            byte[] body = before.answer(call);
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        };

        MasterAnswer answer = ask(client(before.url()));
        assertThat(answer.frameworks()).containsExactly("old");
        assertThat(answer.leadsFor()).isNull();
    }

    @Test
    void doesNotKnowForHowLongALeaderLeadsThatDoesNotSay() throws Exception {
        leader.saysForHowLong = false;
        assertThat(ask(client(leader.url())).leadsFor()).isNull();
    }

    @Test
    void doesNotFollowForEver() throws Exception {
        leader.behaviour = MasterServer.redirect("//" + leader.host() + "/api/v1");
        assertNoAnswer(client(leader.url()), Kind.UNREACHABLE, "more than 3 times");
        assertThat(leader.requests).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "nonsense://x", "//:::", ":"})
    void doesNotFollowToNonsense(String location) throws Exception {
        leader.behaviour = MasterServer.redirect(location);
        assertNoAnswer(client(leader.url()), Kind.UNINTELLIGIBLE, "leads on to");
    }

    // Masters that are down, slow, or have no leader.

    @Test
    void triesTheNextOneIfOneIsDown() throws Exception {
        assertThat(ask(client(nobody(), leader.url())).frameworks()).contains("alive-1");
    }

    @Test
    void tellsIfAllAreDown() throws Exception {
        URI nobody = nobody();
        assertNoAnswer(client(nobody), Kind.UNREACHABLE, nobody.toString());
    }

    @Test
    void triesTheNextOneIfOneHangs() throws Exception {
        MasterServer hanging = master();
        hanging.behaviour = hanging.hang();
        MasterClient client = client(SHORT, settings(null, null, null, null, hanging.url(), leader.url()));
        assertThat(ask(client).frameworks()).contains("alive-1");
    }

    @Test
    void givesUpOnOneThatHangs() throws Exception {
        leader.behaviour = leader.hang();
        assertNoAnswer(
                client(SHORT, settings(null, null, null, null, leader.url())),
                Kind.UNREACHABLE,
                "did not answer within");
    }

    @Test
    void takesAMasterWithoutALeaderForUnreachable() throws Exception {
        leader.behaviour = MasterServer.status(503);
        assertNoAnswer(client(leader.url()), Kind.UNREACHABLE, "no leader");
    }

    @Test
    void asksAgainIfAConnectionWasClosedThatWasKeptOpen() throws Exception {
        leader.behaviour = (exchange, call) -> {
            leader.behaviour = null;
            exchange.close();
        };
        assertThat(ask(client(leader.url())).frameworks()).contains("alive-1");
    }

    // Masters that deny.

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void tellsThatTheCredentialsAreWrong(int status) throws Exception {
        leader.behaviour = MasterServer.status(status);
        assertNoAnswer(client(leader.url(), nobody()), Kind.DENIED, "HTTP " + status);
    }

    @Test
    void asksAsThePrincipal() throws Exception {
        Path secret = secretFile("sesame\n");
        ask(client(LIMITS, settings("me", secret, null, null, leader.url())));
        // "me:sesame"
        assertThat(leader.authorizations).containsOnly("Basic bWU6c2VzYW1l");
    }

    @Test
    void asksWithTheTokenAlsoOnTheWayToTheLeaderAndReadsItEachTime() throws Exception {
        MasterServer follower = master();
        follower.behaviour = MasterServer.redirect("//" + leader.host() + "/api/v1");
        Path token = secretFile("one");
        MasterClient client = client(LIMITS, settings(null, null, token, null, follower.url()));
        ask(client);
        assertThat(follower.authorizations).containsExactly("Bearer one");
        assertThat(leader.authorizations).containsOnly("Bearer one");
        Files.writeString(token, "two");
        ask(client);
        assertThat(leader.authorizations).last().isEqualTo("Bearer two");
        Files.delete(token);
        assertNoAnswer(client, Kind.DENIED, token.toString());
    }

    @Test
    void warnsOfASecretThatOthersCanReadAndNeverShowsIt() throws Exception {
        Path secret = secretFile("sesame");
        client(LIMITS, settings("me", secret, null, null, URI.create("https://127.0.0.1:1")));
        assertThat(log.list).isEmpty();
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        client(LIMITS, settings("me", secret, null, null, URI.create("https://127.0.0.1:1")));
        assertThat(log.list)
                .singleElement()
                .satisfies(line -> assertThat(line.getFormattedMessage())
                        .contains(secret.toString(), "chmod 600")
                        .doesNotContain("sesame"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two\nlines"})
    void doesNotStartWithASecretThatIsNone(String content) throws Exception {
        Path secret = secretFile(content);
        assertThatThrownBy(() -> client(LIMITS, settings("me", secret, null, null, leader.url())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(secret.toString())
                .hasMessageNotContaining("lines\n");
    }

    // Masters that lie.

    @Test
    void doesNotBelieveGarbage() throws Exception {
        leader.behaviour = MasterServer.bytes("<html>Please log in</html>".getBytes(StandardCharsets.UTF_8));
        assertNoAnswer(client(leader.url()), Kind.UNINTELLIGIBLE, "no message of Mesos");
    }

    @Test
    void doesNotTakeAnEmptyAnswerForAnEmptyList() throws Exception {
        leader.behaviour = MasterServer.status(200);
        assertNoAnswer(client(leader.url()), Kind.UNINTELLIGIBLE, "GET_");
    }

    @Test
    void doesNotBelieveWhatIsOfAnotherKind() throws Exception {
        leader.behaviour = (exchange, call) -> {
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            byte[] body = leader.answer(call);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        };
        assertNoAnswer(client(leader.url()), Kind.UNINTELLIGIBLE, "text/html");
    }

    @Test
    void doesNotReadAnAnswerWithoutEnd() throws Exception {
        leader.behaviour = MasterServer.flood();
        assertNoAnswer(client(leader.url()), Kind.UNINTELLIGIBLE, "longer than 1048576 bytes");
    }

    @Test
    void doesNotBelieveAnAnswerThatIsCut() throws Exception {
        leader.behaviour = (exchange, call) -> {
            byte[] body = leader.answer(call);
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, body.length + 100);
            exchange.getResponseBody().write(body);
            exchange.getResponseBody().flush();
            exchange.close();
        };
        assertNoAnswer(client(leader.url()), Kind.UNREACHABLE, leader.host());
    }

    // Encryption.

    @Test
    void asksAMasterWhoseCertificateIsGiven() throws Exception {
        TestKeys keys = TestKeys.in(temp, "right");
        MasterServer encrypted = opened(MasterServer.https(keys.server()));
        MasterServer follower = opened(MasterServer.https(keys.server()));
        follower.behaviour = MasterServer.redirect("//" + encrypted.host() + "/api/v1");
        MasterClient client = client(LIMITS, settings(null, null, null, keys.certificate(), follower.url()));
        assertThat(ask(client).frameworks()).contains("alive-1");
        assertThat(encrypted.requests).hasSize(2);
    }

    @Test
    void doesNotTellAnythingToAMasterThatIsNotTrusted() throws Exception {
        TestKeys keys = TestKeys.in(temp, "right");
        TestKeys wrong = TestKeys.in(temp, "wrong");
        MasterServer encrypted = opened(MasterServer.https(keys.server()));
        assertNoAnswer(
                client(LIMITS, settings(null, null, null, wrong.certificate(), encrypted.url())),
                Kind.UNREACHABLE,
                encrypted.host());
        assertNoAnswer(client(encrypted.url()), Kind.UNREACHABLE, encrypted.host());
        assertThat(encrypted.requests).isEmpty();
    }

    @Test
    void doesNotLeaveEncryption() throws Exception {
        TestKeys keys = TestKeys.in(temp, "right");
        MasterServer follower = opened(MasterServer.https(keys.server()));
        follower.behaviour = MasterServer.redirect("http://" + leader.host() + "/api/v1");
        assertNoAnswer(
                client(LIMITS, settings(null, null, null, keys.certificate(), follower.url())),
                Kind.UNINTELLIGIBLE,
                "leads on to");
        assertThat(leader.requests).isEmpty();
    }

    @Test
    void doesNotStartWithoutCertificates() throws Exception {
        Path file = Files.writeString(temp.resolve("ca.pem"), "nothing");
        assertThatThrownBy(() -> client(LIMITS, settings(null, null, null, file, leader.url())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> client(LIMITS, settings(null, null, null, temp.resolve("none"), leader.url())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
    }

    // Its end.

    @Test
    void isClosedInTheMiddleOfAQuestion() throws Exception {
        leader.behaviour = leader.hang();
        MasterClient client = client(leader.url());
        var answer = client.ask();
        client.close();
        assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(NoAnswerException.class);
        assertThatThrownBy(() -> client.ask().get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(NoAnswerException.class);
    }

    private MasterServer master() throws IOException {
        return opened(MasterServer.http());
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.add(part);
        return part;
    }

    private MasterClient client(URI... urls) throws IOException {
        return client(LIMITS, settings(null, null, null, null, urls));
    }

    private MasterClient client(Limits limits, MasterSettings settings) throws IOException {
        return opened(MasterClient.create(settings, limits));
    }

    private static MasterSettings settings(
            @Nullable String principal, @Nullable Path secret, @Nullable Path token, @Nullable Path ca, URI... urls) {
        return new MasterSettings(List.of(urls), principal, secret, token, ca);
    }

    private Path secretFile(String content) throws IOException {
        Path file = Files.writeString(temp.resolve("secret"), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** A place where nobody listens. */
    private static URI nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }

    private static MasterAnswer ask(MasterClient client) throws Exception {
        return client.ask().get(1, TimeUnit.MINUTES);
    }

    private static void assertNoAnswer(MasterClient client, Kind kind, String part) {
        assertThatThrownBy(() -> ask(client))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        NoAnswerException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(part);
    }
}
