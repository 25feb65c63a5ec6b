package dev.mesosshuffle;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import dev.mesosshuffle.config.ConfigException;
import dev.mesosshuffle.config.ConfigLoader;
import dev.mesosshuffle.config.ConfigSources;
import dev.mesosshuffle.config.LoadedConfig;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.logging.LogLevels;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReloaderTest {
    private static final String RATE = "spark.mesos.shuffle.service.deletionRate";
    private static final String CHUNKS = "spark.shuffle.maxChunksBeingTransferred";

    @TempDir
    Path dir;

    private final LogCapture log = LogCapture.of(ConfigReloader.class);
    private final List<ServiceConfig> taken = new ArrayList<>();
    private final LoggerContext loggers = new LoggerContext();
    private Path conf;
    private Path logback;
    private ConfigReloader reload;

    @BeforeEach
    void start() throws Exception {
        conf = Files.writeString(dir.resolve("service.conf"), RATE + " 100\n");
        logback = dir.resolve("logback.xml");
        levels("INFO", "");
        LogLevels logLevels = new LogLevels(loggers, logback);
        logLevels.apply(logLevels.read());
        reload = new ConfigReloader(load(), this::load, taken::add, logLevels);
    }

    @AfterEach
    void end() {
        log.close();
    }

    @Test
    void takesLimitsOverAndTellsWhatTheyWere() throws Exception {
        Files.writeString(conf, RATE + " 200\n" + CHUNKS + " 7\n");
        reload.run();
        assertThat(taken).singleElement().satisfies(config -> {
            assertThat(config.cleanup().deletionRate()).isEqualTo(200);
            assertThat(config.transport().maxChunksBeingTransferred()).isEqualTo(7);
        });
        assertThat(log.lines())
                .containsExactly(
                        "INFO Reloaded: " + CHUNKS + " is 7 (was 9223372036854775807); " + RATE + " is 200 (was 100)");
    }

    @Test
    void comparesWithTheLastReloadAndNotWithTheStart() throws Exception {
        Files.writeString(conf, RATE + " 200\n");
        reload.run();
        reload.run();
        Files.writeString(conf, RATE + " 300\n");
        reload.run();
        assertThat(log.lines())
                .containsExactly(
                        "INFO Reloaded: " + RATE + " is 200 (was 100)",
                        "INFO Reloaded: nothing has changed",
                        "INFO Reloaded: " + RATE + " is 300 (was 200)");
    }

    @Test
    void tellsEachTimeWhatWaitsForARestart() throws Exception {
        Files.writeString(conf, RATE + " 100\nspark.shuffle.service.port 4711\n");
        reload.run();
        reload.run();
        assertThat(log.lines())
                .hasSize(2)
                .containsOnly("INFO Reloaded: spark.shuffle.service.port stays 7337 until a restart (then 4711);"
                        + " spark.mesos.shuffle.service.admin.port stays 17337 until a restart (then 14711)");
    }

    @Test
    void takesNothingOverIfAnythingIsWrong() throws Exception {
        Files.writeString(conf, RATE + " 200\nspark.shuffle.service.port x\n");
        levels("DEBUG", "");
        reload.run();
        Files.writeString(conf, RATE + " 200\n");
        Files.writeString(logback, "<configuration>");
        reload.run();
        assertThat(taken).isEmpty();
        assertThat(loggers.getLogger("ROOT").getLevel()).isEqualTo(Level.INFO);
        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(0))
                .isEqualTo("WARN Not reloaded, the current settings stay in effect: spark.shuffle.service.port: x from "
                        + conf + " (expected: 0 to 65535)");
        assertThat(log.lines().get(1))
                .startsWith("WARN Not reloaded, the current settings stay in effect: " + logback + ": ");
    }

    @Test
    void setsLogLevelsAndTakesThemBack() throws Exception {
        levels("INFO", "<logger name='a.b' level='DEBUG'/>");
        reload.run();
        assertThat(loggers.getLogger("a.b.C").isDebugEnabled()).isTrue();
        assertThat(loggers.getLogger("a.x").isDebugEnabled()).isFalse();
        levels("WARN", "");
        reload.run();
        assertThat(loggers.getLogger("a.b.C").getEffectiveLevel()).isEqualTo(Level.WARN);
        assertThat(log.lines())
                .containsExactly(
                        "INFO Reloaded: the log level of a.b is DEBUG (was INFO)",
                        "INFO Reloaded: the log level of ROOT is WARN (was INFO);"
                                + " the log level of a.b is WARN (was DEBUG)");
    }

    @Test
    void leavesTheLevelsAloneWithoutAFile() throws Exception {
        loggers.getLogger("a").setLevel(Level.TRACE);
        LogLevels without = new LogLevels(loggers, null);
        assertThat(without.apply(without.read())).isEmpty();
        assertThat(loggers.getLogger("a").getLevel()).isEqualTo(Level.TRACE);
    }

    @Test
    void takesLevelsFromAFileThatWasNotThereAtTheStart() throws Exception {
        Path later = dir.resolve("later.xml");
        LogLevels added = new LogLevels(loggers, later);
        assertThat(added.apply(added.read())).isEmpty();
        Files.writeString(
                later, "<configuration><logger name='a.b' level='WARN'/><root level='INFO'/></configuration>");
        assertThat(added.apply(added.read())).containsExactly("the log level of a.b is WARN (was INFO)");
    }

    private void levels(String root, String others) throws IOException {
        Files.writeString(logback, "<configuration>" + others + "<root level='" + root + "'/></configuration>");
    }

    private LoadedConfig load() throws ConfigException {
        return ConfigLoader.load(new ConfigSources(Map.of(), conf, null, Map.of(), Map.of(), 1L << 30));
    }
}
