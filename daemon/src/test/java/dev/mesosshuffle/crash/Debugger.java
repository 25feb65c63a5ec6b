package dev.mesosshuffle.crash;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.connect.TransportTimeoutException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts Java processes that this one can hold at any line of theirs. They wait before their first. */
final class Debugger implements AutoCloseable {
    /** What the scenario needs. Without Logback a start takes half of the time. */
    private static final List<String> PARTS =
            List.of("mesos-shuffle-service", "sqlite-jdbc", "slf4j-api", "metrics-core", "caffeine");

    private final ListeningConnector connector;
    private final Map<String, Connector.Argument> arguments;
    private final String address;

    Debugger() throws Exception {
        connector = Bootstrap.virtualMachineManager().listeningConnectors().stream()
                .filter(each -> each.name().equals("com.sun.jdi.SocketListen"))
                .findFirst()
                .orElseThrow();
        arguments = connector.defaultArguments();
        set("localAddress", "127.0.0.1");
        set("timeout", "30000");
        address = connector.startListening(arguments);
    }

    private void set(String name, String value) {
        Connector.Argument argument = arguments.get(name);
        if (argument == null) {
            throw new IllegalStateException(name + ": not among " + arguments.keySet());
        }
        argument.setValue(value);
    }

    /** A process, and what it is held by. */
    record Started(Process process, VirtualMachine machine) {}

    /** Starts one after the other, for processes that call at the same time cannot be told apart. */
    synchronized Started start(Class<?> main, Path argument, Path output, Path temp) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-Djava.io.tmpdir=" + temp,
                "-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=" + address,
                "-cp",
                classPath(),
                main.getName(),
                argument.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            return new Started(process, connector.accept(arguments));
        } catch (TransportTimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("it did not start: " + Files.readString(output), e);
        }
    }

    private static String classPath() {
        String[] entries = System.getProperty("java.class.path").split(File.pathSeparator, -1);
        return Stream.of(entries)
                .map(File::new)
                .filter(entry -> entry.isDirectory() || PARTS.stream().anyMatch(entry.getName()::startsWith))
                .map(File::getPath)
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Override
    public void close() throws IOException, IllegalConnectorArgumentsException {
        connector.stopListening(arguments);
    }
}
