package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.process.RunsAlone;
import dev.mesosshuffle.it.process.ShortFolder;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.ItFolders;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin server of a real daemon, with hostile clients of it beside an application; and a daemon without one. */
@RunsAlone
class AdminServerIT {
    private static final String PREFIX = "spark.mesos.shuffle.service.admin.";
    private static final String STATE_DIR = "spark.mesos.shuffle.service.state.dir";
    private static final String TOKEN = "0123456789abcdef";
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int HOSTILE = 80;

    /** Far more than the heap has. */
    private static final int ENDLESS_MIB = 300;

    private static final String UNFINISHED_POST =
            "POST /api/v1/applications/x/remove HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n\r\n";

    @TempDir
    Path folder;

    @TempDir(factory = ShortFolder.class)
    Path state;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private int adminPort;

    private HttpResponse<String> ask(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                .timeout(PATIENCE)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer " + TOKEN)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private String get(String path) throws Exception {
        HttpResponse<String> answer = ask("GET", path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void answersOperatorsAndHarmsNoFetchWhateverItsClientsDo() throws Exception {
        adminPort = FreePort.find();
        Path credentials = Files.writeString(folder.resolve("operators"), "alice:" + TOKEN + "\n");
        Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rw-------"));
        Map<String, String> conf = Map.of(
                PREFIX + "port",
                String.valueOf(adminPort),
                PREFIX + "credentials.file",
                credentials.toString(),
                PREFIX + "openEndpoints",
                "health",
                STATE_DIR,
                state.toString());
        try (AttackedDaemon daemon = AttackedDaemon.start(folder, "256m", conf)) {
            assertAnswers(daemon);
            DaemonLevel level = DaemonLevel.of(daemon);
            List<Socket> hostile = new ArrayList<>();
            try {
                for (int i = 0; i < HOSTILE; i++) {
                    hostile.add(send("GET /api/v1/app"));
                    hostile.add(send(String.join(
                            "\r\n",
                            "GET /api/v1/config HTTP/1.1",
                            "Host: localhost",
                            "Authorization: Bearer " + TOKEN,
                            "",
                            "")));
                    hostile.add(send(UNFINISHED_POST));
                    hostile.add(send("\u0016\u0003\u0001"));
                }
                sendEndless("GET /");
                sendEndless("GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
                sendEndless("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n");
                assertThat(get("/health/live")).isEqualTo("{\"live\":true,\"reasons\":[]}");
                assertThat(get("/api/v1/status")).contains("\"executors\":20,");
            } finally {
                for (Socket socket : hostile) {
                    socket.close();
                }
            }
            daemon.awaitHealthyRequests(200);
            daemon.assertUnharmed();
            level.awaitAgain();
            level.assertQuietLog();
            assertThat(get("/health/ready")).isEqualTo("{\"ready\":true,\"reasons\":[]}");
        }
    }

    private void assertAnswers(AttackedDaemon daemon) throws Exception {
        assertThat(get("/api/v1/applications"))
                .contains("{\"id\":\"" + HealthyClient.APP + "\",\"state\":\"alive\"")
                .endsWith("\"next\":null}");
        assertThat(get("/api/v1/disks")).contains("\"hung\":false");
        assertThat(get("/api/v1/config"))
                .contains("{\"key\":\"" + PREFIX + "port\",\"value\":\"" + adminPort + "\",\"origin\":\"--conf\"}");
        try (WireClient client = new WireClient(daemon.port())) {
            client.succeed(WireMessages.registerDriver("to-remove", 120_000));
        }
        assertThat(ask("POST", "/api/v1/applications/to-remove/remove").body())
                .isEqualTo("{\"application\":\"to-remove\",\"outcome\":\"Application to-remove is removed; 0 of its"
                        + " directories are being deleted.\"}");
        daemon.process().await("Operator alice at 127.0.0.1 asks over HTTP: remove to-remove", PATIENCE);
        assertThat(apps(daemon)).startsWith("0 {\"applications\":[{\"id\":\"" + HealthyClient.APP + "\"");
        assertContainersCheckAsksOverHttp(daemon);
    }

    /** A copy of the check has nothing beside it to fall back to, so that the admin server alone can make it pass. */
    private void assertContainersCheckAsksOverHttp(AttackedDaemon daemon) throws Exception {
        String name = "check-admin-server.sh";
        Path installed = distribution("sbin/" + name);
        Path copy = Files.copy(installed, folder.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        String port = String.valueOf(daemon.port());
        String freePort = String.valueOf(FreePort.find());
        if (hasHttpClient()) {
            assertThat(run(copy, port, String.valueOf(adminPort))).isEqualTo("0 ");
        }
        assertThat(run(copy, port, freePort)).doesNotStartWith("0 ");
        assertThat(run(installed, port, freePort)).as("by its fallback").isEqualTo("0 ");
    }

    private static boolean hasHttpClient() {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(
                        path -> Files.isExecutable(Path.of(path, "curl")) || Files.isExecutable(Path.of(path, "wget")));
    }

    private static Path distribution(String script) {
        return ItFolders.target().resolve("mesos-shuffle-service").resolve(script);
    }

    private String apps(AttackedDaemon daemon) throws Exception {
        return run(
                distribution("bin/mesos-shuffle-service"),
                "--conf",
                "spark.shuffle.service.port=" + daemon.port(),
                "--conf",
                STATE_DIR + "=" + state,
                "apps",
                "--output",
                "json");
    }

    private static String run(Path script, String... words) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(script.toString());
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + output;
    }

    private Socket send(String text) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), adminPort);
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (SocketException e) {
            // Already disconnected, in favour of those that came later.
        }
        return socket;
    }

    private void sendEndless(String begin) throws IOException {
        byte[] part = "x".repeat(1 << 20).getBytes(StandardCharsets.ISO_8859_1);
        try (Socket socket = send(begin)) {
            for (int i = 0; i < ENDLESS_MIB; i++) {
                socket.getOutputStream().write(part);
            }
            throw new AssertionError("took " + ENDLESS_MIB + " MiB");
        } catch (SocketException e) {
            // Refused in the middle.
        }
    }

    @Test
    void loadsNothingIfItIsOff() throws Exception {
        Path classes = folder.resolve("classes.log");
        ServiceSettings settings = ServiceSettings.in(folder, ServiceKind.DAEMON)
                .with(PREFIX + "port", "0")
                .withJavaOptions(List.of("-Xlog:class+load:file=" + classes));
        try (ManagedProcess daemon = settings.start()) {
            assertThat(daemon.isAlive()).isTrue();
        }
        assertThat(Files.readAllLines(classes))
                .anyMatch(line -> line.contains(" dev.mesosshuffle.ShuffleDaemon "))
                .noneMatch(line -> line.contains(" dev.mesosshuffle.web.")
                        || line.contains(" dev.mesosshuffle.status.StatusSource ")
                        || line.contains(" dev.mesosshuffle.api.")
                        || line.contains(" dev.mesosshuffle.json.")
                        || line.contains(" dev.mesosshuffle.AdminFlow")
                        || line.contains(" com.fasterxml.jackson.")
                        || line.contains(".handler.codec.http."));
    }

    @Test
    void loadsWhatAnswersRequestsWithTheFirstOne() throws Exception {
        adminPort = FreePort.find();
        Path classes = folder.resolve("classes.log");
        ServiceSettings settings = ServiceSettings.in(folder, ServiceKind.DAEMON)
                .with(PREFIX + "port", String.valueOf(adminPort))
                .withJavaOptions(List.of("-Xlog:class+load:file=" + classes));
        try (ManagedProcess daemon = settings.start()) {
            assertThat(daemon.isAlive()).isTrue();
            assertThat(Files.readAllLines(classes))
                    .anyMatch(line -> line.contains(" dev.mesosshuffle.web.AdminServer "))
                    .noneMatch(line -> line.contains(" dev.mesosshuffle.web.RequestThreads ")
                            || line.contains(" dev.mesosshuffle.web.RequestRoute ")
                            || line.contains(" dev.mesosshuffle.api.")
                            || line.contains(" dev.mesosshuffle.page.")
                            || line.contains(" dev.mesosshuffle.json.")
                            || line.contains(" io.prometheus.")
                            || line.contains(" com.fasterxml.jackson.")
                            || line.contains(".handler.codec.http."));

            HttpResponse<String> health = ask("GET", "/health/live");
            assertThat(health.statusCode()).isIn(200, 503);
            assertThat(health.body()).startsWith("{\"live\":");
            assertThat(Files.readAllLines(classes))
                    .anyMatch(line -> line.contains(" dev.mesosshuffle.api.HealthRoutes "))
                    .anyMatch(line -> line.contains(".handler.codec.http."));
        }
    }
}
