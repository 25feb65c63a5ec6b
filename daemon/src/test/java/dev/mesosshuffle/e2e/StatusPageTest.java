package dev.mesosshuffle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.testing.RawClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The status page of a whole daemon, as it is sent. A browser reads it in {@code packaging/test/cases/status-page}. */
final class StatusPageTest extends RunningDaemon {
    private static final Pattern NEXT = Pattern.compile("<a class=\"next\" href=\"([^\"]+)\"");
    private static final Pattern REFERENCE = Pattern.compile(" (?:href|src)=\"(/[^\"#?]+)\"");
    private static final Pattern ROW = Pattern.compile("<code dir=\"ltr\">(app-\\d+)</code></div></th>");

    private final HttpClient browser = HttpClient.newHttpClient();
    private ServiceConfig.Admin admin;

    @BeforeEach
    void startWithAdminServer() throws Exception {
        admin = AdminEndpoints.onLoopback();
        restart(config(IoMode.AUTO, LONG, Long.MAX_VALUE).withAdmin(admin));
    }

    @Test
    void showsWhatRunsHere() throws Exception {
        files.writeMapOutput(0, 0, new byte[] {1, 2, 3});
        try (RawClient client = connectAndRegister()) {
            fetch(client, "shuffle_0_0_0");
            assertThat(client.rpc("02 'foreign' '1' 00000001 '/etc' 00000040 'sort'"))
                    .startsWith("05");
        }

        HttpResponse<String> answer = get("/");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(answer.headers().firstValue("content-security-policy").orElseThrow())
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self'")
                .doesNotContain("unsafe");
        assertThat(answer.body())
                .startsWith("<!DOCTYPE html>\n<html lang=\"en\">")
                .endsWith("</html>\n")
                .contains("state good\">In order<", ">app</code>", "Driverless", "executor 7 from /127.0.0.1:")
                .contains(
                        "state bad\">Refusal<",
                        "local dir: /etc",
                        root.toRealPath().toString())
                .doesNotContain("<style", " style=", " onclick", "http://", "https://");
    }

    @Test
    void refersOnlyToWhatItServes() throws Exception {
        Matcher references = REFERENCE.matcher(get("/").body());
        Set<String> found = new HashSet<>();
        while (references.find()) {
            found.add(references.group(1));
            HttpResponse<String> answer = get(references.group(1));
            assertThat(answer.statusCode()).as(references.group(1)).isEqualTo(200);
            assertThat(answer.body()).isNotBlank();
        }
        assertThat(found).containsExactlyInAnyOrder("/page/style.css", "/page/script.js", "/page/icon.svg");
        assertThat(get("/page/other.js").statusCode()).isEqualTo(404);
    }

    @Test
    void leadsThroughAllApplications() throws Exception {
        try (RawClient client = connect()) {
            for (int i = 100; i < 225; i++) {
                Files.createDirectories(root.resolve("blockmgr-" + i));
                assertThat(client.rpc("02 'app-" + i + "' '7' 00000001 '" + root.resolve("blockmgr-" + i)
                                + "' 00000040 'sort'"))
                        .isEqualTo("0400000000");
            }
        }
        Set<String> shown = new HashSet<>();
        int pages = 0;
        String path = "/";
        while (path != null) {
            String page = get(path).body();
            ROW.matcher(page).results().forEach(row -> shown.add(row.group(1)));
            Matcher next = NEXT.matcher(page);
            path = next.find() ? "/" + next.group(1).replace("&amp;", "&").replaceFirst("#.*", "") : null;
            pages++;
        }

        assertThat(pages).isEqualTo(3);
        assertThat(shown).hasSize(125);
        assertThat(get("/?limit=1000").body()).contains("125 applications").doesNotContain("class=\"next\"");
    }

    @Test
    void refusesALimitThatIsNone() throws Exception {
        assertThat(get("/?limit=0").statusCode()).isEqualTo(400);
        assertThat(get("/?limit=1001").statusCode()).isEqualTo(400);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return browser.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
