package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.ShuffleDaemon;
import dev.mesosshuffle.api.OpenApiDocument;
import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.testing.FreePort;
import dev.mesosshuffle.testing.HttpSocket;
import dev.mesosshuffle.testing.HttpSocket.Answer;
import dev.mesosshuffle.testing.JsonValues;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the whole daemon answers over HTTP, compared with the API's description. */
final class AdminApiTest extends RunningDaemon {
    private static final String TOKEN = "Authorization: Bearer 0123456789abcdef";
    private static final String APPLICATIONS = "/api/v1/applications";

    private final OpenApiDocument description = new OpenApiDocument();
    private int port;

    AdminApiTest() throws IOException {}

    @BeforeEach
    void startWithAdminServer() throws Exception {
        port = FreePort.find();
        Path credentials = Files.writeString(temp.resolve("operators"), "alice:0123456789abcdef\n");
        Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rw-------"));
        restart(withAdmin(port, true, credentials, Set.of(AdminEndpoint.API, AdminEndpoint.HEALTH)));
    }

    private ServiceConfig withAdmin(
            int adminPort, boolean isPortSet, @Nullable Path credentials, Set<AdminEndpoint> open) {
        return config(IoMode.AUTO, LONG, Long.MAX_VALUE)
                .withAdmin(new ServiceConfig.Admin(
                        adminPort,
                        isPortSet,
                        "127.0.0.1",
                        true,
                        open,
                        credentials,
                        new ServiceConfig.TlsPem(null, null, null)));
    }

    private void register(RawClient client, String app, String dir) throws Exception {
        Files.createDirectories(root.resolve(dir));
        assertThat(client.rpc("02 '" + app + "' '7' 00000001 '" + root.resolve(dir) + "' 00000040 'sort'"))
                .isEqualTo("0400000000");
    }

    private Map<String, Object> get(String path) throws IOException {
        Answer answer = HttpSocket.get(port, path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return JsonValues.object(unchunked(answer.body()));
    }

    private static String unchunked(String body) {
        StringBuilder whole = new StringBuilder();
        int at = 0;
        while (true) {
            int end = body.indexOf("\r\n", at);
            int length = Integer.parseInt(body.substring(at, end), 16);
            if (length == 0) {
                return whole.toString();
            }
            whole.append(body, end + 2, end + 2 + length);
            at = end + 2 + length + 2;
        }
    }

    @Test
    void answersAsItsDescriptionSays() throws Exception {
        files.writeMapOutput(0, 5, block(100, 1));
        Set<String> compared = new TreeSet<>();
        try (RawClient client = connectAndRegister()) {
            fetch(client, "shuffle_0_5_0");
            register(client, "app-2", "blockmgr-2");
            for (String operation : description.operations()) {
                String path = operation.substring(operation.indexOf(' ') + 1);
                if (!operation.startsWith("GET ") || path.endsWith("openapi.json")) {
                    continue;
                }
                assertThat(description.compare(path, "get", 200, get(path.replace("{id}", "app"))))
                        .isEmpty();
                compared.add(operation);
            }
            for (String operation : List.of("keep", "release", "remove")) {
                String path = APPLICATIONS + "/{id}/" + operation;
                Answer answer = HttpSocket.request(port, "POST", path.replace("{id}", "app"), TOKEN);
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                assertThat(description.compare(path, "post", 200, JsonValues.parse(unchunked(answer.body()))))
                        .isEmpty();
                compared.add("POST " + path);
            }
        }
        Answer itself = HttpSocket.get(port, "/api/v1/openapi.json");
        assertThat(JsonValues.object(itself.body())).containsKey("paths");
        compared.add("GET /api/v1/openapi.json");
        assertThat(compared).isEqualTo(description.operations());
    }

    @Test
    void listsApplicationsPageByPage() throws Exception {
        try (RawClient client = connect()) {
            for (String app : List.of("c", "a/b \u00e4", "b")) {
                register(client, app, "blockmgr-" + app.charAt(0));
            }
            Map<String, Object> first = get(APPLICATIONS + "?limit=2");
            assertThat(ids(first, "applications")).containsExactly("a/b \u00e4", "b");
            assertThat(first.get("next")).isEqualTo("b");
            Map<String, Object> second = get(APPLICATIONS + "?limit=2&after=b");
            assertThat(ids(second, "applications")).containsExactly("c");
            assertThat(second).containsEntry("next", null);
            assertThat(get(APPLICATIONS + "/a%2Fb%20%C3%A4")).containsEntry("executors", 1);
            assertThat(ids(get(APPLICATIONS + "/b/executors"), "executors")).containsExactly("7");
        }
        for (String limit : List.of("0", "1001", "x", "")) {
            assertThat(HttpSocket.get(port, APPLICATIONS + "?limit=" + limit).status())
                    .isEqualTo(400);
        }
        assertThat(HttpSocket.get(port, APPLICATIONS + "/none").status()).isEqualTo(404);
        assertThat(HttpSocket.get(port, APPLICATIONS + "/none/executors").status())
                .isEqualTo(404);
    }

    private static List<Object> ids(Map<String, Object> page, String name) {
        List<Object> ids = new ArrayList<>();
        for (Object item : (List<?>) page.get(name)) {
            ids.add(((Map<?, ?>) item).get("id"));
        }
        return ids;
    }

    @Test
    void letsOnlyATokenChangeSomethingAndLogsWho() throws Exception {
        connectAndRegister().close();
        try (LogCapture log = LogCapture.named("dev.mesosshuffle.api.OperationRoutes")) {
            assertThat(HttpSocket.request(port, "POST", APPLICATIONS + "/app/keep")
                            .status())
                    .isEqualTo(401);
            assertThat(HttpSocket.request(
                                    port, "POST", APPLICATIONS + "/app/keep", TOKEN, "Origin: http://evil.example")
                            .status())
                    .isEqualTo(403);
            assertThat(HttpSocket.get(port, APPLICATIONS + "/app/keep", TOKEN).status())
                    .isEqualTo(405);
            assertThat(get(APPLICATIONS + "/app")).containsEntry("state", "driverless");
            assertThat(log.lines()).isEmpty();
            assertThat(HttpSocket.request(port, "POST", APPLICATIONS + "/none/keep", TOKEN)
                            .status())
                    .isEqualTo(404);
            assertThat(HttpSocket.request(port, "POST", APPLICATIONS + "/app/keep", TOKEN)
                            .status())
                    .isEqualTo(200);
            assertThat(get(APPLICATIONS + "/app")).containsEntry("state", "kept");
            assertThat(HttpSocket.request(port, "POST", APPLICATIONS + "/app/remove", TOKEN))
                    .extracting(Answer::status, Answer::body)
                    .containsExactly(
                            409,
                            "application app is kept by an operator (expected: to be released before it is removed)\n");
            assertThat(log.lines())
                    .containsExactly(
                            "INFO Operator alice at 127.0.0.1 asks over HTTP: keep app",
                            "INFO Operator alice at 127.0.0.1 asks over HTTP: remove app");
        }
    }

    @Test
    void tellsThatItIsLiveAndReady() throws Exception {
        assertThat(get("/health/live")).isEqualTo(Map.of("live", true, "reasons", List.of()));
        assertThat(get("/health/ready")).isEqualTo(Map.of("ready", true, "reasons", List.of()));
    }

    @Test
    void runsWithoutTheServerIfItsDefaultPortIsTakenButNotIfOneWasSet() throws Exception {
        daemon.stop();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                LogCapture log = LogCapture.named("dev.mesosshuffle.AdminFlow")) {
            int takenPort = taken.getLocalPort();
            assertThatThrownBy(() -> ShuffleDaemon.start(withAdmin(takenPort, true, null, Set.of())))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the admin server cannot listen on 127.0.0.1:" + takenPort + ": ")
                    .hasMessageEndingWith("Address already in use; set spark.mesos.shuffle.service.admin.port and"
                            + " admin.host, or the port to 0 for none");
            daemon = ShuffleDaemon.start(withAdmin(takenPort, false, null, Set.of()));
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN No admin server, since it cannot listen on 127.0.0.1:" + takenPort + ": ")
                    .endsWith("Address already in use. The service runs without it. To have one, set"
                            + " spark.mesos.shuffle.service.admin.port.");
            connectAndRegister().close();
        }
    }

    @Test
    void hasNoThreadIfItIsOff() throws Exception {
        assertThat(threads()).contains("admin-server-");
        restart(config(IoMode.AUTO, LONG, Long.MAX_VALUE));
        assertThat(threads()).doesNotContain("admin-");
    }

    private static String threads() {
        Set<String> names = new HashSet<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> names.add(thread.getName()));
        return String.join(" ", names);
    }
}
