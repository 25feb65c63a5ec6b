package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.it.client.ClientFixture;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.security.ProtectionMode;
import dev.mesosshuffle.it.security.SecuredService;
import dev.mesosshuffle.it.service.JmxConnection;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.it.wire.WireMessages;
import dev.mesosshuffle.testing.FreePort;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A client that has authenticated itself for one application asks about another one, in every way in which it can. */
final class IsolationIT {
    private static final String EXECUTOR = "1";
    private static final long NEVER_MILLIS = 3_600_000;
    private static final long SHORT_MILLIS = 1_500;
    private static final String COUNTED_REQUESTS = "authentication.unauthorizedRequests";
    private static final String COUNTED_HEARTBEATS = "authentication.foreignHeartbeats";
    private static final Duration EFFECT = Duration.ofSeconds(30);

    /** PushBlockStream, FinalizeShuffleMerge, FetchShuffleBlockChunks and RemoveShuffleMerge. */
    private static final List<Integer> MERGES = List.of(12, 13, 15, 19);

    /** Whose secrets are their own; all others have the one of the cluster. */
    private static final Map<String, String> OWN_SECRETS =
            Map.of("own-a", "the first application's secret", "own-b", "the second application's secret");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static SecuredService services;
    private static int jmxPort;

    @BeforeAll
    static void prepare() throws Exception {
        Path secrets = Files.createFile(
                folder.resolve("secrets"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        StringBuilder lines = new StringBuilder();
        OWN_SECRETS.forEach((appId, secret) -> lines.append(appId + "=" + secret + "\n"));
        Files.writeString(secrets, lines);
        jmxPort = FreePort.find();
        services = SecuredService.in(
                folder,
                ServiceKind.DAEMON,
                Map.of(
                        "spark.shuffle.cleaner.interval",
                        "1s",
                        "spark.mesos.shuffle.service.secrets.file",
                        secrets.toString()),
                JmxConnection.javaOptions(jmxPort));
    }

    @AfterAll
    static void stopService() {
        services.close();
    }

    static Stream<ProtectionMode> everyProof() {
        return Arrays.stream(ProtectionMode.values()).filter(ProtectionMode::authenticates);
    }

    static Stream<ProtectionMode> everyProofOnOnePort() {
        return everyProof().filter(ProtectionMode::isDetected);
    }

    /** That of the version which stands for a mode: the newest that has it, and of which any message can be sent. */
    private static SparkVersion version(ProtectionMode mode) {
        return mode.newestVersion();
    }

    @ParameterizedTest
    @MethodSource("everyProof")
    void servesAnApplicationAndNobodyElseInItsName(ProtectionMode mode) throws Exception {
        ClientFixture bed = services.of(mode);
        SparkVersion version = version(mode);
        Owner owner = Owner.in(bed, version);
        String otherId = bed.newAppId(version);
        LocalDirs otherDirs = bed.newLocalDirs(otherId, 1);
        try (SparkClient client = services.connect(mode, version, owner.appId);
                SparkClient other = services.connect(mode, version, otherId)) {
            client.registerDriver(NEVER_MILLIS, NEVER_MILLIS);
            client.registerExecutor(EXECUTOR, owner.dirs.names(), owner.dirs.subDirsPerLocalDir());
            other.registerExecutor(EXECUTOR, otherDirs.names(), otherDirs.subDirsPerLocalDir());
            long stream = openStream(client, owner.appId);

            assertRefusesRequests(other, otherId, owner, otherDirs);
            assertRefusesStreams(other, stream);
            assertRefusesMerges(other, version, owner.appId);
            assertRefusesTheUnknownAlike(other, otherId);

            assertThat(bed.service().output().linesWith(Pattern.compile("heartbeat timeout 1 ms")))
                    .isEmpty();
            owner.assertUntouched(client, stream);
            assertServesTheSameMessages(client, owner);
            assertThat(other.call(WireMessages.getLocalDirs(otherId, List.of(EXECUTOR))))
                    .as("the connection lives on")
                    .isNotEmpty();
        }
    }

    /** The application that is asked about. */
    private record Owner(String appId, LocalDirs dirs, String text, Path rdd) {
        static Owner in(ClientFixture bed, SparkVersion version) throws Exception {
            String appId = bed.newAppId(version);
            LocalDirs dirs = bed.newLocalDirs(appId, 1);
            String text = "only for " + appId;
            byte[] block = text.getBytes(StandardCharsets.UTF_8);
            dirs.writeMapOutput(0, 0, List.of(block));
            dirs.writeChecksums(0, 0, "ADLER32", 1);
            return new Owner(appId, dirs, text, dirs.write("rdd_0_0", block));
        }

        byte[] block() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        /** Each kind of message about it, which all succeed if it sends them itself. */
        Map<String, byte[]> messages(LocalDirs registered) {
            Map<String, byte[]> all = new LinkedHashMap<>();
            all.put("OpenBlocks", WireMessages.openBlocks(appId, EXECUTOR, List.of("shuffle_0_0_0")));
            all.put("FetchShuffleBlocks", WireMessages.fetchShuffleBlock(appId, EXECUTOR, 0, 0));
            all.put("GetLocalDirsForExecutors", WireMessages.getLocalDirs(appId, List.of(EXECUTOR)));
            all.put("RegisterExecutor", WireMessages.registerExecutor(appId, EXECUTOR, registered.dirs()));
            all.put("RegisterDriver", WireMessages.registerDriver(appId, NEVER_MILLIS));
            all.put("DiagnoseCorruption", WireMessages.diagnoseCorruption(appId, EXECUTOR, 0, 0));
            all.put("RemoveBlocks", WireMessages.removeBlocks(appId, EXECUTOR, List.of("rdd_0_0")));
            return all;
        }

        void assertUntouched(SparkClient client, long stream) throws Exception {
            assertThat(rdd).hasContent(text);
            assertThat(new String(
                            client.call(WireMessages.getLocalDirs(appId, List.of(EXECUTOR))), StandardCharsets.UTF_8))
                    .contains(dirs.names().get(0));
            assertThat(client.chunk(stream, 0)).isEqualTo(block());
            assertThat(client.fetch(EXECUTOR, List.of("shuffle_0_0_0")).blocks())
                    .hasEntrySatisfying(
                            "shuffle_0_0_0", fetched -> assertThat(fetched).isEqualTo(block()));
        }
    }

    private static void assertRefusesRequests(SparkClient other, String otherId, Owner owner, LocalDirs otherDirs)
            throws Exception {
        long requests = counter(COUNTED_REQUESTS);
        long heartbeats = counter(COUNTED_HEARTBEATS);
        String refusal = "java.lang.SecurityException: Client for " + otherId + " not authorized for application "
                + owner.appId + ".";
        Map<String, byte[]> messages = owner.messages(otherDirs);
        messages.put("RegisterDriver", WireMessages.registerDriver(owner.appId, 1));

        for (Map.Entry<String, byte[]> message : messages.entrySet()) {
            assertThatThrownBy(() -> other.call(message.getValue()))
                    .as(message.getKey())
                    .hasStackTraceContaining(refusal);
        }
        assertThatThrownBy(() -> other.call(WireMessages.heartbeat(owner.appId)))
                .hasStackTraceContaining(refusal);
        for (byte[] message : messages.values()) {
            other.sendOneWay(message);
        }
        other.sendOneWay(WireMessages.heartbeat(owner.appId));

        Await.until(
                "the count of " + messages.keySet() + ", and of a heartbeat, each sent twice",
                EFFECT,
                () -> counter(COUNTED_REQUESTS) == requests + 2L * messages.size()
                        && counter(COUNTED_HEARTBEATS) == heartbeats + 2);
    }

    /** Streams are numbered for each connection: what the other client opens has the same number. */
    private static void assertRefusesStreams(SparkClient other, long stream) {
        assertThatThrownBy(() -> other.chunk(stream, 0)).hasStackTraceContaining("streamId " + stream + " is closed");
        assertThatThrownBy(() -> other.stream(stream + "_0")).isNotNull();
    }

    private static void assertRefusesMerges(SparkClient other, SparkVersion version, String appId) {
        for (int type : MERGES) {
            assertThatThrownBy(() -> other.call(WireMessages.aboutMergedBlocks(type, appId)))
                    .hasStackTraceContaining("Cannot handle");
        }
        if (version.compareTo(SparkVersion.V3_2_4) >= 0) {
            assertThatThrownBy(() -> other.mergedBlockMeta(appId))
                    .hasStackTraceContaining("Cannot handle shuffle block merge");
        }
    }

    private static void assertRefusesTheUnknownAlike(SparkClient other, String otherId) {
        assertThatThrownBy(() -> other.call(WireMessages.getLocalDirs("nobody", List.of(EXECUTOR))))
                .hasStackTraceContaining("Client for " + otherId + " not authorized for application nobody.");
    }

    private static void assertServesTheSameMessages(SparkClient client, Owner owner) throws Exception {
        for (Map.Entry<String, byte[]> message : owner.messages(owner.dirs).entrySet()) {
            client.call(message.getValue());
        }
        client.call(WireMessages.heartbeat(owner.appId));
        assertThat(owner.rdd).as("what its own client removed").doesNotExist();
        assertThat(client.chunk(openStream(client, owner.appId), 0)).isEqualTo(owner.block());
        assertThat(client.stream(openStream(client, owner.appId) + "_0")).isEqualTo(owner.block());
    }

    private static long openStream(SparkClient client, String appId) throws Exception {
        byte[] handle = client.call(WireMessages.openBlocks(appId, EXECUTOR, List.of("shuffle_0_0_0")));
        return ByteBuffer.wrap(handle).getLong(1);
    }

    @Test
    void doesNotProlongAnApplicationByAnothersHeartbeats() throws Exception {
        Map<String, Runnable> heartbeats = new LinkedHashMap<>();
        List<SparkClient> clients = new ArrayList<>();
        try {
            for (ProtectionMode mode : everyProofOnOnePort().toList()) {
                ClientFixture bed = services.of(mode);
                String appId = bed.newAppId(version(mode));
                SparkClient other = services.connect(mode, version(mode), bed.newAppId(version(mode)));
                clients.add(other);
                SparkClient driver = services.connect(mode, version(mode), appId);
                clients.add(driver);
                driver.registerDriver(SHORT_MILLIS, NEVER_MILLIS);
                heartbeats.put(appId, () -> sendHeartbeat(other, appId));
            }
            ClientFixture bed = services.of(ProtectionMode.SASL);

            Await.until("the removal of " + heartbeats.keySet(), EFFECT, () -> {
                heartbeats.values().forEach(Runnable::run);
                return heartbeats.keySet().stream().allMatch(appId -> isRemoved(bed, appId));
            });
        } finally {
            clients.forEach(SparkClient::close);
        }
    }

    private static void sendHeartbeat(SparkClient client, String appId) {
        try {
            client.sendOneWay(WireMessages.heartbeat(appId));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isRemoved(ClientFixture bed, String appId) {
        Pattern removal = Pattern.compile("Application " + Pattern.quote(appId) + " removed");
        return !bed.service().output().linesWith(removal).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("everyProofOnOnePort")
    void refusesAnApplicationsSecretInAnothersName(ProtectionMode mode) throws Exception {
        ClientFixture bed = services.of(mode);
        LocalDirs dirs = bed.newLocalDirs("own-b-" + mode, 1);
        long refused = counter("authentication.refused.wrongSecret");

        for (Map<String, String> conf : List.of(withSecretOf("own-a", mode), mode.ofClients(services.certificates()))) {
            try (SparkClient client = bed.connect(version(mode), "own-b", conf)) {
                assertThatThrownBy(() -> client.registerExecutor(EXECUTOR, dirs.names(), dirs.subDirsPerLocalDir()))
                        .isNotNull();
            }
        }

        assertThat(counter("authentication.refused.wrongSecret")).isGreaterThanOrEqualTo(refused + 2);
        try (SparkClient client = bed.connect(version(mode), "own-b", withSecretOf("own-b", mode))) {
            assertThat(client.fetch(EXECUTOR, List.of("shuffle_0_0_0")).failures())
                    .as("it was never registered, since the daemon started")
                    .hasSize(1);
        }
    }

    private static Map<String, String> withSecretOf(String appId, ProtectionMode mode) {
        return mode.ofClients(services.certificates(), String.valueOf(OWN_SECRETS.get(appId)));
    }

    private static long counter(String name) {
        try (JmxConnection jmx = JmxConnection.open(jmxPort)) {
            return jmx.counter(name);
        } catch (Exception e) {
            throw new AssertionError("the daemon's metrics cannot be read", e);
        }
    }
}
