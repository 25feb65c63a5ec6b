package dev.mesosshuffle.mesos;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.mesos.v1.Protos.FrameworkID;
import org.apache.mesos.v1.Protos.FrameworkInfo;
import org.apache.mesos.v1.Protos.MasterInfo;
import org.apache.mesos.v1.master.Protos.Call;
import org.apache.mesos.v1.master.Protos.Response;
import org.jspecify.annotations.Nullable;

/** A master as far as HTTP and the two calls go, which behaves as it is told to. Also the packaging tests' master. */
public final class MasterServer implements AutoCloseable {
    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> authorizations = new CopyOnWriteArrayList<>();

    public volatile List<String> frameworks = List.of("alive-1", "alive-2");
    public volatile List<String> completed = List.of("completed-1");
    volatile Duration leadsFor = Duration.ofHours(1);
    volatile boolean saysForHowLong = true;
    volatile String id = "master-1";

    /** How it answers instead, if it does. */
    volatile @Nullable Behaviour behaviour;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final String scheme;

    /** What a master does with a request. */
    interface Behaviour {
        void answer(HttpExchange exchange, Call call) throws IOException;
    }

    private MasterServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
    }

    public static MasterServer http() throws IOException {
        return start(HttpServer.create(loopback(), 0), "http");
    }

    static MasterServer https(SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return start(server, "https");
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static MasterServer start(HttpServer http, String scheme) {
        MasterServer master = new MasterServer(http, scheme);
        http.setExecutor(master.threads);
        http.createContext("/", master::handle);
        http.start();
        return master;
    }

    URI url() {
        return URI.create(scheme + "://" + host());
    }

    public String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Call call = Call.parseFrom(exchange.getRequestBody().readAllBytes());
        requests.add(
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath() + " " + call.getType() + " "
                        + exchange.getRequestHeaders().getFirst("Content-Type") + " "
                        + exchange.getRequestHeaders().getFirst("Accept"));
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        Behaviour other = behaviour;
        if (other == null) {
            reply(exchange, 200, answer(call));
        } else {
            other.answer(exchange, call);
        }
    }

    byte[] answer(Call call) {
        Response.Builder response = Response.newBuilder();
        if (call.getType() == Call.Type.GET_MASTER) {
            Response.GetMaster.Builder master = Response.GetMaster.newBuilder()
                    .setMasterInfo(
                            MasterInfo.newBuilder().setId(id).setIp(0x7f000001).setPort(5050));
            if (saysForHowLong) {
                master.setElectedTime(Instant.now().minus(leadsFor).toEpochMilli() / 1000.0);
            }
            return response.setType(Response.Type.GET_MASTER)
                    .setGetMaster(master)
                    .build()
                    .toByteArray();
        }
        Response.GetFrameworks.Builder list = Response.GetFrameworks.newBuilder();
        frameworks.forEach(framework -> list.addFrameworks(framework(framework)));
        completed.forEach(framework -> list.addCompletedFrameworks(framework(framework)));
        return response.setType(Response.Type.GET_FRAMEWORKS)
                .setGetFrameworks(list)
                .build()
                .toByteArray();
    }

    private static Response.GetFrameworks.Framework framework(String id) {
        return Response.GetFrameworks.Framework.newBuilder()
                .setActive(false)
                .setConnected(false)
                .setRecovered(false)
                .setFrameworkInfo(FrameworkInfo.newBuilder()
                        .setId(FrameworkID.newBuilder().setValue(id))
                        .setUser("spark")
                        .setName("an application"))
                .build();
    }

    /** Leads on to another place. */
    static Behaviour redirect(String location) {
        return (exchange, call) -> {
            exchange.getResponseHeaders().set("Location", location);
            reply(exchange, 307, new byte[0]);
        };
    }

    static Behaviour status(int status) {
        return (exchange, call) -> reply(exchange, status, new byte[0]);
    }

    static Behaviour bytes(byte[] bytes) {
        return (exchange, call) -> reply(exchange, 200, bytes);
    }

    /** Begins to answer, and never ends. */
    Behaviour hang() {
        return (exchange, call) -> {
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
            awaitClose();
            exchange.close();
        };
    }

    /** Answers as long as anybody reads. */
    static Behaviour flood() {
        return (exchange, call) -> {
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                for (int i = 0; i < 100_000; i++) {
                    body.write(new byte[8192]);
                }
            }
        };
    }

    private void awaitClose() {
        try {
            closed.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void reply(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
