package dev.mesosshuffle.it.service;

import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What an operator's JMX client sees of a running service. */
public final class JmxConnection implements AutoCloseable {
    private final JMXConnector connector;
    private final MBeanServerConnection server;

    private JmxConnection(JMXConnector connector, MBeanServerConnection server) {
        this.connector = connector;
        this.server = server;
    }

    /** What makes a JVM accept JMX clients on the port of the loopback address. */
    public static List<String> javaOptions(int port) {
        return List.of(
                "-Dcom.sun.management.jmxremote.host=" + FreePort.LOOPBACK,
                "-Dcom.sun.management.jmxremote.port=" + port,
                "-Dcom.sun.management.jmxremote.rmi.port=" + port,
                "-Dcom.sun.management.jmxremote.authenticate=false",
                "-Dcom.sun.management.jmxremote.ssl=false",
                "-Djava.rmi.server.hostname=" + FreePort.LOOPBACK);
    }

    /** Connects to a service that was started with {@link #javaOptions}. */
    @SuppressWarnings("BanJNDI") // The address is this machine's own.
    public static JmxConnection open(int port) throws IOException {
        JMXConnector connector = JMXConnectorFactory.connect(
                new JMXServiceURL("service:jmx:rmi:///jndi/rmi://" + FreePort.LOOPBACK + ":" + port + "/jmxrmi"));
        return new JmxConnection(connector, connector.getMBeanServerConnection());
    }

    /** The names in the domain of Spark's metrics, in order. */
    public Set<String> metrics() throws IOException, JMException {
        Set<String> names = new TreeSet<>();
        for (ObjectName name : server.queryNames(new ObjectName("metrics:*"), null)) {
            names.add(name.getCanonicalName());
        }
        return names;
    }

    /** The value of a counter of the daemon, named as its documentation does. */
    public long counter(String name) throws IOException, JMException {
        return ((Number) attribute("metrics:name=shuffleService." + name + ",type=counters", "Count")).longValue();
    }

    /** What is left of the heap after a collection, in bytes. */
    public long usedHeapBytes() throws IOException, JMException {
        ObjectName memory = new ObjectName("java.lang:type=Memory");
        server.invoke(memory, "gc", new Object[0], new String[0]);
        return (Long) ((CompositeData) server.getAttribute(memory, "HeapMemoryUsage")).get("used");
    }

    public Object attribute(String metric, String attribute) throws IOException, JMException {
        return server.getAttribute(new ObjectName(metric), attribute);
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
