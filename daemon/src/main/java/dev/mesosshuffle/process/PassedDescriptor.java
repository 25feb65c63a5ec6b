package dev.mesosshuffle.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket that the service manager passed to this process when it started it, by {@code LISTEN_PID}, {@code LISTEN_FDS} and
 * {@code LISTEN_FDNAMES}.
 *
 * @param name the name under which it is kept
 * @param number the descriptor; whoever uses it owns it
 */
public record PassedDescriptor(String name, int number) {
    private static final Logger logger = LoggerFactory.getLogger(PassedDescriptor.class);

    /** Those before it are the standard streams. */
    private static final int FIRST = 3;

    /** More than the unit lets systemd keep. */
    private static final int MAX_COUNT = 1024;

    /** As systemd limits it. */
    private static final int MAX_NAME_LENGTH = 255;

    private static final Path OPEN_DESCRIPTORS = Path.of("/proc/self/fd");

    /**
     * The sockets that were passed to this process. Nothing else that is open is touched, whatever the environment says. To be
     * called once, before anything opens a socket.
     */
    public static List<PassedDescriptor> of(Map<String, String> environment) {
        String pid = environment.getOrDefault("LISTEN_PID", "");
        return pid.isEmpty()
                ? List.of()
                : of(environment, ProcessHandle.current().pid(), OPEN_DESCRIPTORS);
    }

    /** As {@link #of(Map)}, for a process and the directory of what it has open. */
    static List<PassedDescriptor> of(Map<String, String> environment, long ownPid, Path openDescriptors) {
        if (!environment.getOrDefault("LISTEN_PID", "").equals(Long.toString(ownPid))) {
            return List.of();
        }
        String count = environment.getOrDefault("LISTEN_FDS", "");
        List<String> names =
                List.of(environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1));
        if (names.size() > MAX_COUNT
                || !count.equals(Integer.toString(names.size()))
                || !names.stream().allMatch(PassedDescriptor::isName)) {
            logger.info("LISTEN_FDS and LISTEN_FDNAMES do not agree; what systemd has kept is not used");
            return List.of();
        }
        List<PassedDescriptor> passed = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (isSocket(openDescriptors.resolve(Integer.toString(FIRST + i)))) {
                passed.add(new PassedDescriptor(names.get(i), FIRST + i));
            }
        }
        return List.copyOf(passed);
    }

    /** A line break would make it more than a name in a message to systemd. */
    static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_NAME_LENGTH
                && name.chars().allMatch(character -> character > ' ' && character < 127 && character != ':');
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            // It is not open.
            return false;
        }
    }
}
