package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.testing.RawClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** {@code docs/monitoring.md} lists the metrics that a daemon has, with the type that is part of their JMX name. */
class MonitoringPageTest extends RunningDaemon {
    private static final Path PAGE = Path.of("../docs/monitoring.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| (\\w+) \\|");

    @Test
    void listsEveryMetricOfADaemonThatServedABlock() throws Exception {
        restart(withMaster(config(IoMode.AUTO, LONG, Long.MAX_VALUE)).withAdmin(AdminEndpoints.onLoopback()));
        files.writeMapOutput(0, 5, block(100, 1));
        try (RawClient client = connectAndRegister()) {
            fetch(client, "shuffle_0_5_0");
        }
        assertThat(documented()).containsExactlyElementsOf(published());
    }

    /** A master that is not there has metrics too. */
    static ServiceConfig withMaster(ServiceConfig config) {
        return new ServiceConfig(
                config.host(),
                config.port(),
                config.transport(),
                config.disks(),
                config.expiry(),
                config.cleanup(),
                new ServiceConfig.Master(
                        List.of(URI.create("http://127.0.0.1:1")), Duration.ofHours(1), null, null, null, null));
    }

    private static List<String> documented() throws IOException {
        String page = Files.readString(PAGE);
        String table = page.substring(page.indexOf("<!-- generated: metrics -->"), page.indexOf("<!-- end -->"));
        return ROW.matcher(table)
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .sorted()
                .toList();
    }

    private Set<String> published() throws Exception {
        Set<String> names = new TreeSet<>();
        String disk = "disk." + root.toRealPath() + ".";
        for (ObjectName name : ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("metrics:name=shuffleService.*,type=*"), null)) {
            names.add(name.getKeyProperty("name")
                            .substring("shuffleService.".length())
                            .replace(disk, "disk.ROOT.") + " " + name.getKeyProperty("type"));
        }
        return names;
    }
}
