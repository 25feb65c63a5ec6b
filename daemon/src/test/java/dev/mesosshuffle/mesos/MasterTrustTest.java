package dev.mesosshuffle.mesos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.liveness.MasterUnavailableException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask, and who is believed: credentials and certificates. */
final class MasterTrustTest extends MasterClientFixture {
    // Masters that deny.

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void tellsThatTheCredentialsAreWrong(int status) throws Exception {
        leader.behaviour = MasterServer.status(status);
        assertNoAnswer(client(leader.url(), nobody()), Reason.UNAUTHORIZED, "HTTP " + status);
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
        assertNoAnswer(client, Reason.UNAUTHORIZED, token.toString());
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
                Reason.UNREACHABLE,
                encrypted.host());
        assertNoAnswer(client(encrypted.url()), Reason.UNREACHABLE, encrypted.host());
        assertThat(encrypted.requests).isEmpty();
    }

    @Test
    void doesNotLeaveEncryption() throws Exception {
        TestKeys keys = TestKeys.in(temp, "right");
        MasterServer follower = opened(MasterServer.https(keys.server()));
        follower.behaviour = MasterServer.redirect("http://" + leader.host() + "/api/v1");
        assertNoAnswer(
                client(LIMITS, settings(null, null, null, keys.certificate(), follower.url())),
                Reason.INVALID_RESPONSE,
                "redirects to");
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

    private Path secretFile(String content) throws IOException {
        Path file = Files.writeString(temp.resolve("secret"), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
