package dev.mesosshuffle.it.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The connections to a port of this machine, as the kernel lists them. */
public final class Connections {
    private static final String ESTABLISHED = "01";

    private Connections() {}

    /** The local port of each established connection to the port: it identifies the connection. */
    public static Set<String> to(int port) throws IOException {
        String remote = String.format(":%04X", port);
        return Stream.concat(table("tcp"), table("tcp6"))
                .map(line -> List.of(line.trim().split("\\s+")))
                .filter(row -> row.get(2).endsWith(remote) && row.get(3).equals(ESTABLISHED))
                .map(row -> row.get(1))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Stream<String> table(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/net", name)).stream().skip(1);
    }
}
