package dev.mesosshuffle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.admin.ControlClient;
import dev.mesosshuffle.admin.ControlSocket;
import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.testing.RawClient;
import dev.mesosshuffle.testing.ShortPathTempDirFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the JDK's flight recorder sees of a whole daemon. */
final class FlightRecordingTest extends RunningDaemon {
    private static final String PREFIX = "dev.mesosshuffle.";

    @TempDir(factory = ShortPathTempDirFactory.class)
    Path state;

    @BeforeEach
    void restartWhereASocketCanBe() throws Exception {
        restart(config(IoMode.AUTO, LONG, Long.MAX_VALUE, state));
    }

    @Test
    void showsEachEventWhoseRecordingIsEnabled() throws Exception {
        files.writeMapOutput(0, 0, new byte[] {1, 2, 3});
        BlockingQueue<RecordedEvent> events = new LinkedBlockingQueue<>();
        Map<String, RecordedEvent> seen = new HashMap<>();
        try (RecordingStream stream = new RecordingStream()) {
            for (String name : List.of("Fetch", "OpenStream", "Registration", "Expiry", "Removal")) {
                stream.enable(PREFIX + name);
                stream.onEvent(PREFIX + name, events::add);
            }
            stream.setReuse(false);
            stream.startAsync();

            try (RawClient client = connectAndRegister()) {
                assertThat(fetch(client, "shuffle_0_0_0")).containsExactly(1, 2, 3);
            }
            ControlClient.send(ControlSocket.path(state, 0), "remove app");
            while (seen.size() < 5) {
                RecordedEvent event = events.poll(30, TimeUnit.SECONDS);
                assertThat(event).as("an event after %s", seen.keySet()).isNotNull();
                seen.put(event.getEventType().getName().substring(PREFIX.length()), event);
            }
        }

        RecordedEvent fetch = seen.get("Fetch");
        assertThat(fetch.getString("executor")).isEqualTo("AppExecId{appId=app, execId=7}");
        assertThat(fetch.getString("client")).startsWith("/127.0.0.1:");
        assertThat(fetch.getString("disk")).isEqualTo(root.toRealPath().toString());
        assertThat(fetch.getInt("blocks")).isEqualTo(1);
        assertThat(fetch.getLong("bytes")).isEqualTo(3);
        assertThat(fetch.getDuration("index")).isPositive();
        assertThat(fetch.getDuration("open")).isPositive();
        assertThat(fetch.getDuration("queue")
                        .plus(fetch.getDuration("index"))
                        .plus(fetch.getDuration("open"))
                        .plus(fetch.getDuration("read"))
                        .plus(fetch.getDuration("clientWait")))
                .isEqualTo(fetch.getDuration("total"));
        assertThat(seen.get("OpenStream").getInt("blocks")).isEqualTo(1);
        assertThat(seen.get("OpenStream").getDuration()).isPositive();
        assertThat(seen.get("Registration").getString("executor")).contains("execId=7");
        assertThat(seen.get("Registration").getString("refusal")).isNull();
        assertThat(seen.get("Registration").getDuration()).isPositive();
        assertThat(seen.get("Expiry").getString("application")).isEqualTo("app");
        assertThat(seen.get("Removal").getString("directory")).endsWith("blockmgr-1");
        assertThat(seen.get("Removal").getDuration("sinceDecision")).isGreaterThan(Duration.ZERO);
    }

    @Test
    void showsNothingThatIsNotEnabled() throws Exception {
        files.writeMapOutput(0, 0, new byte[] {1, 2, 3});
        Path file = temp.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(PREFIX + "OpenStream");
            recording.start();
            try (RawClient client = connectAndRegister()) {
                fetch(client, "shuffle_0_0_0");
            }
            recording.stop();
            recording.dump(file);
        }

        assertThat(RecordingFile.readAllEvents(file))
                .extracting(event -> event.getEventType().getName())
                .filteredOn(name -> name.startsWith(PREFIX))
                .containsExactly(PREFIX + "OpenStream");
    }
}
