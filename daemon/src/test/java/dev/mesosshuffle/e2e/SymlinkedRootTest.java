package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.testing.HttpSocket;
import dev.mesosshuffle.testing.RawClient;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A root behind a link has one name for operators, wherever they look: the configured one. */
final class SymlinkedRootTest extends RunningDaemon {
    private static final Pattern ROOT_LABEL = Pattern.compile("root=\"([^\"]*)\"");
    private static final Pattern DISK_METRIC = Pattern.compile("shuffleService\\.disk\\.(.*)\\.(\\w+)");

    private int port;
    private Path link;

    @BeforeEach
    void restartWithALink() throws Exception {
        link = Files.createSymbolicLink(temp.resolve("link"), root);
        root = link;
        ServiceConfig.Admin admin = AdminEndpoints.onLoopback();
        port = admin.port();
        restart(config(IoMode.AUTO, LONG, Long.MAX_VALUE).withAdmin(admin));
    }

    @Test
    void showsZerosOfItBeforeItIsUsed() throws Exception {
        assertThat(get("/metrics").lines())
                .contains(
                        "mesos_shuffle_disk_queued_tasks{root=\"" + link + "\"} 0.0",
                        "mesos_shuffle_disk_active_threads{root=\"" + link + "\"} 0.0",
                        "mesos_shuffle_disk_hung_threads{root=\"" + link + "\"} 0.0",
                        "mesos_shuffle_disk_read_errors_total{root=\"" + link + "\"} 0.0",
                        "mesos_shuffle_disk_read_duration_seconds_count{root=\"" + link + "\"} 0");
    }

    @Test
    void hasOneNameEverywhere() throws Exception {
        files.writeMapOutput(0, 5, block(100, 1));
        try (RawClient client = connectAndRegister()) {
            fetch(client, "shuffle_0_5_0");
        }

        String metrics = get("/metrics");
        assertThat(ROOT_LABEL
                        .matcher(metrics)
                        .results()
                        .map(label -> label.group(1))
                        .collect(Collectors.toSet()))
                .containsExactly(link.toString());
        assertThat(metrics.lines())
                .anyMatch(line -> line.matches("mesos_shuffle_disk_read_duration_seconds_count\\{.*} [1-9]\\d*"));
        assertThat(jmxRoots()).containsExactly(link.toString());
        assertThat(get("/api/v1/disks")).contains("\"root\":\"" + link + '"').doesNotContain("\"ended\":0");
        assertThat(get("/"))
                .contains(link.toString())
                .doesNotContain(link.toRealPath().toString());
    }

    private static Set<String> jmxRoots() throws Exception {
        Set<String> roots = new TreeSet<>();
        for (ObjectName name : ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("metrics:name=shuffleService.disk.*,type=*"), null)) {
            var metric = DISK_METRIC.matcher(name.getKeyProperty("name"));
            assertThat(metric.matches()).isTrue();
            roots.add(metric.group(1));
        }
        return roots;
    }

    private String get(String path) throws Exception {
        HttpSocket.Answer answer = HttpSocket.get(port, path);
        assertThat(answer.status()).as(path).isEqualTo(200);
        return answer.body();
    }
}
