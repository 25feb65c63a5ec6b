package dev.mesosshuffle.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.Sanitizer;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.rmi.server.RMIClientSocketFactory;
import java.rmi.server.RMIServerSocketFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Seen through a JMX client over a socket, as an operator's tool sees it. */
class MetricsReporterTest {
    private final MetricRegistry registry = new MetricRegistry();
    private JMXConnectorServer server;
    private JMXConnector client;

    @BeforeEach
    @SuppressWarnings("BanJNDI") // The server is the test's own.
    void connect() throws Exception {
        RMIServerSocketFactory onLoopback = port -> new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        server = JMXConnectorServerFactory.newJMXConnectorServer(
                new JMXServiceURL("rmi", "127.0.0.1", 0),
                Map.of(
                        RMIConnectorServer.RMI_SERVER_SOCKET_FACTORY_ATTRIBUTE,
                        onLoopback,
                        RMIConnectorServer.RMI_CLIENT_SOCKET_FACTORY_ATTRIBUTE,
                        new ToLoopback()),
                ManagementFactory.getPlatformMBeanServer());
        server.start();
        client = JMXConnectorFactory.connect(server.getAddress());
    }

    @AfterEach
    void disconnect() throws Exception {
        client.close();
        server.stop();
    }

    /** A root's path is a part of some names. */
    @Test
    void escapesWhatIsNotPrintableInAName() throws Exception {
        registry.counter("shuffleService.disk./a\u001b[2J\n\u202eb.readErrors").inc(3);
        try (MetricsReporter reporter = MetricsReporter.start(registry)) {
            assertThat(reporter).isNotNull();
            List<String> names =
                    client
                            .getMBeanServerConnection()
                            .queryNames(new ObjectName("metrics:type=counters,*"), null)
                            .stream()
                            .map(ObjectName::getCanonicalName)
                            .toList();
            assertThat(names).hasSize(1).first().asString().contains("readErrors");
            assertThat(names.get(0)).isEqualTo(Sanitizer.line(names.get(0), 1000));
            assertThat(names.get(0)).doesNotContain("\u001b", "\n", "\u202e");
        }
    }

    @Test
    void showsMetricsUnderSparksNames() throws Exception {
        registry.timer("shuffleService.openBlockRequestLatencyMillis").update(1500, TimeUnit.MICROSECONDS);
        registry.meter("shuffleService.blockTransferRateBytes").mark(42);
        registry.registerGauge("shuffleService.registeredExecutorsSize", () -> 7);

        try (MetricsReporter reporter = MetricsReporter.start(registry)) {
            registry.counter("shuffleService.numCaughtExceptions").inc(3);

            assertThat(attribute("shuffleService.openBlockRequestLatencyMillis", "timers", "Max"))
                    .isEqualTo(1.5);
            assertThat(attribute("shuffleService.openBlockRequestLatencyMillis", "timers", "DurationUnit"))
                    .isEqualTo("milliseconds");
            assertThat(attribute("shuffleService.blockTransferRateBytes", "meters", "Count"))
                    .isEqualTo(42L);
            assertThat(attribute("shuffleService.registeredExecutorsSize", "gauges", "Value"))
                    .isEqualTo(7);
            assertThat(attribute("shuffleService.numCaughtExceptions", "counters", "Count"))
                    .isEqualTo(3L);
            assertThat(reporter).isNotNull();
        }
    }

    @Test
    void showsTheJvmAsSparkDoes() throws Exception {
        try (MetricsReporter reporter = MetricsReporter.start(registry)) {
            assertThat((Long) attribute("jvm.heap.used", "gauges", "Value")).isPositive();
            assertThat((Long) attribute("jvm.direct.capacity", "gauges", "Value"))
                    .isNotNegative();
            assertThat(registry.getNames())
                    .anyMatch(name -> name.startsWith("jvm.pools."))
                    .anyMatch(name -> name.startsWith("jvm.") && name.endsWith(".count"));
            assertThat(reporter).isNotNull();
        }
    }

    @Test
    void takesItsMetricsAwayWhenClosed() {
        registry.counter("shuffleService.numActiveConnections");

        MetricsReporter.start(registry).close();

        assertThatThrownBy(() -> attribute("shuffleService.numActiveConnections", "counters", "Count"))
                .isInstanceOf(InstanceNotFoundException.class);
    }

    private Object attribute(String metric, String type, String attribute) throws Exception {
        MBeanServerConnection connection = client.getMBeanServerConnection();
        return connection.getAttribute(new ObjectName("metrics:name=" + metric + ",type=" + type), attribute);
    }

    /** The stub of a connector server names the machine's own address otherwise. */
    private static final class ToLoopback implements RMIClientSocketFactory, java.io.Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public Socket createSocket(String host, int port) throws java.io.IOException {
            return new Socket(InetAddress.getLoopbackAddress(), port);
        }
    }
}
