package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Network attacks from a process of their own. It yields the CPUs to the daemon and its healthy clients, as an attacker does
 * that sits on another host, and its collections do not stop them.
 */
final class AttackProcess implements AutoCloseable {
    /** Long enough for each of them, if the daemon does not make it wait. */
    private static final Duration ATTACK = Duration.ofSeconds(6);

    private static final Duration START = Duration.ofMinutes(1);
    private static final long POLL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final AttackTarget target;
    private final Path log;
    private ManagedProcess process;
    private int attacks;

    /**
     * Starts it.
     *
     * @param folder gets its output
     */
    AttackProcess(AttackTarget target, Path folder) throws IOException {
        this.target = target;
        this.log = folder.resolve("attacker.log");
        process = start();
    }

    private ManagedProcess start() throws IOException {
        List<String> command = List.of(
                "nice",
                "-n",
                "19",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                AttackProcess.class.getName(),
                Integer.toString(target.port()),
                target.root().toString());
        attacks = 0;
        return ManagedProcess.start("attacker", new ProcessBuilder(command), log);
    }

    /** Runs an attack until it ends, or for some time: what the daemon makes wait ends without a goodbye then. */
    void run(NetworkAttack attack) throws IOException {
        attacks++;
        process.send(attack.name());
        // The process may still start, at the lowest priority.
        Await.until(
                "the beginning of " + attack,
                START,
                () -> !process.output()
                                .linesWith(Pattern.compile("^began " + attacks + "$"))
                                .isEmpty()
                        || !process.isAlive());
        long deadline = System.nanoTime() + ATTACK.toNanos();
        Pattern end = Pattern.compile("^ended " + attacks + "$");
        while (process.output().linesWith(end).isEmpty()) {
            if (!process.isAlive()) {
                throw new AssertionError("the attacker has failed, see " + log);
            }
            if (System.nanoTime() - deadline > 0) {
                System.out.println(attack + " did not end within " + ATTACK.toSeconds() + " s");
                process.close();
                process = start();
                return;
            }
            LockSupport.parkNanos(POLL_INTERVAL_NANOS);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    /**
     * Runs each attack that its standard input names.
     *
     * @param arguments the daemon's port, and its root
     */
    public static void main(String[] arguments) throws IOException {
        AttackTarget target = new AttackTarget(Integer.parseInt(arguments[0]), Path.of(arguments[1]));
        int attacks = 0;
        try (BufferedReader names = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String name = names.readLine(); name != null; name = names.readLine()) {
                attacks++;
                System.out.println("began " + attacks);
                NetworkAttack.valueOf(name).attack(target);
                System.out.println("ended " + attacks);
            }
        }
    }
}
