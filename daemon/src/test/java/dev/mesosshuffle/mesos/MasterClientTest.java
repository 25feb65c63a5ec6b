package dev.mesosshuffle.mesos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.liveness.FrameworkSnapshot;
import dev.mesosshuffle.liveness.MasterUnavailableException;
import dev.mesosshuffle.liveness.MasterUnavailableException.Reason;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real sockets, against masters that lead, follow, hang, lie, flood, and are not there. */
final class MasterClientTest extends MasterClientFixture {
    // Leaders and followers.

    @Test
    void readsWhatTheLeaderSays() throws Exception {
        FrameworkSnapshot answer = ask(client(leader.url()));

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
        FrameworkSnapshot answer = ask(client);
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

        FrameworkSnapshot answer = ask(client(before.url()));
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
        assertNoAnswer(client(leader.url()), Reason.UNREACHABLE, "more than 3 times");
        assertThat(leader.requests).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "nonsense://x", "//:::", ":"})
    void doesNotFollowToNonsense(String location) throws Exception {
        leader.behaviour = MasterServer.redirect(location);
        assertNoAnswer(client(leader.url()), Reason.INVALID_RESPONSE, "redirects to");
    }

    // Masters that are down, slow, or have no leader.

    @Test
    void triesTheNextOneIfOneIsDown() throws Exception {
        assertThat(ask(client(nobody(), leader.url())).frameworks()).contains("alive-1");
    }

    @Test
    void tellsIfAllAreDown() throws Exception {
        URI nobody = nobody();
        assertNoAnswer(client(nobody), Reason.UNREACHABLE, nobody.toString());
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
                Reason.UNREACHABLE,
                "did not respond within");
    }

    @Test
    void takesAMasterWithoutALeaderForUnreachable() throws Exception {
        leader.behaviour = MasterServer.status(503);
        assertNoAnswer(client(leader.url()), Reason.UNREACHABLE, "no leader");
    }

    @Test
    void asksAgainIfAConnectionWasClosedThatWasKeptOpen() throws Exception {
        leader.behaviour = (exchange, call) -> {
            leader.behaviour = null;
            exchange.close();
        };
        assertThat(ask(client(leader.url())).frameworks()).contains("alive-1");
    }

    // Masters that lie.

    @Test
    void doesNotBelieveGarbage() throws Exception {
        leader.behaviour = MasterServer.bytes("<html>Please log in</html>".getBytes(StandardCharsets.UTF_8));
        assertNoAnswer(client(leader.url()), Reason.INVALID_RESPONSE, "not a message of Mesos");
    }

    @Test
    void doesNotTakeAnEmptyAnswerForAnEmptyList() throws Exception {
        leader.behaviour = MasterServer.status(200);
        assertNoAnswer(client(leader.url()), Reason.INVALID_RESPONSE, "GET_");
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
        assertNoAnswer(client(leader.url()), Reason.INVALID_RESPONSE, "text/html");
    }

    @Test
    void doesNotReadAnAnswerWithoutEnd() throws Exception {
        leader.behaviour = MasterServer.flood();
        assertNoAnswer(client(leader.url()), Reason.INVALID_RESPONSE, "longer than 1048576 bytes");
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
        assertNoAnswer(client(leader.url()), Reason.UNREACHABLE, leader.host());
    }

    // Its end.

    @Test
    void isClosedInTheMiddleOfAQuestion() throws Exception {
        leader.behaviour = leader.hang();
        MasterClient client = client(leader.url());
        var answer = client.fetchFrameworks();
        client.close();
        assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(MasterUnavailableException.class);
        assertThatThrownBy(() -> client.fetchFrameworks().get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(MasterUnavailableException.class);
    }
}
