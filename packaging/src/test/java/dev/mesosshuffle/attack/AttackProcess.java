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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Attacks from a process of their own. It yields the CPUs to the daemon and its healthy clients, as an attacker does that sits
 * on another host, and its collections do not stop them.
 */
final class AttackProcess implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(1);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration END = Duration.ofMinutes(3);

    /** How long an attack may take to send what makes it one, also at the lowest priority. */
    private static final Duration LEAST_SENT = Duration.ofSeconds(90);

    private static final Duration COUNT_INTERVAL = Duration.ofSeconds(1);
    private static final long POLL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Has it print how much the attack that began last has sent. */
    private static final String COUNT = "count";

    /** What it prints for it. */
    private static final Pattern COUNTED = Pattern.compile("^sent ([0-9]+) ([0-9]+)$");

    /** Has it close the connections that attacks left open. */
    private static final String RELEASE = "release";

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

    /** Begins an attack, after the one before has ended. */
    void begin(Attack attack) {
        attacks++;
        process.send(attack.command());
        // The process may still start, at the lowest priority.
        Await.until("the beginning of " + attack, START, () -> hasPrinted("began") || !process.isAlive());
    }

    private boolean hasPrinted(String event) {
        return !process.output()
                .linesWith(Pattern.compile("^" + event + ' ' + attacks + "\\b"))
                .isEmpty();
    }

    /**
     * Waits for the end of the attack that began last.
     *
     * @return whether it ended in time; if not, it goes on
     */
    private boolean isEndAwaited(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!hasPrinted("ended")) {
            if (!process.isAlive() || hasPrinted("failed")) {
                throw new AssertionError("the attacker has failed, see " + log + ": "
                        + process.output().linesWith(Pattern.compile("^failed")));
            }
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(POLL_INTERVAL_NANOS);
        }
        return true;
    }

    /** Waits until the attack that began last has ended by itself; returns how much it has sent. */
    SentAmount awaitEnd() {
        if (!isEndAwaited(END)) {
            throw new AssertionError("not within " + END.toSeconds() + " s: the end of the attack, see " + log);
        }
        return sent();
    }

    /**
     * Runs an attack until it ends, or for some time: what the daemon makes wait ends without a goodbye then. It is not ended
     * before it has sent what makes it one, unless that takes too long.
     *
     * @return how much it has sent
     */
    SentAmount run(Attack attack, Duration time, SentAmount least) throws IOException {
        long begin = System.nanoTime();
        begin(attack);
        boolean ended = isEndAwaited(time);
        SentAmount sent = sent();
        while (!ended && !sent.isAtLeast(least) && System.nanoTime() - begin < LEAST_SENT.toNanos()) {
            ended = isEndAwaited(COUNT_INTERVAL);
            sent = sent();
        }
        if (!ended) {
            System.out.printf("%s was ended after %.1f s%n", attack, (System.nanoTime() - begin) / 1e9);
            process.close();
            process = start();
        }
        return sent;
    }

    private SentAmount sent() {
        int before = process.output().linesWith(COUNTED).size();
        process.send(COUNT);
        Await.until(
                "what was sent",
                ANSWER,
                () -> process.output().linesWith(COUNTED).size() > before || !process.isAlive());
        List<String> answers = process.output().linesWith(COUNTED);
        Matcher last = COUNTED.matcher(answers.isEmpty() ? "" : answers.get(answers.size() - 1));
        if (answers.size() == before || !last.matches()) {
            throw new AssertionError("the attacker does not tell what it has sent, see " + log);
        }
        return new SentAmount(Long.parseLong(last.group(1)), Long.parseLong(last.group(2)));
    }

    /** Has it close the connections that attacks left open. */
    void release() {
        process.send(RELEASE);
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
        int port = Integer.parseInt(arguments[0]);
        Path root = Path.of(arguments[1]);
        AttackTarget target = new AttackTarget(port, root);
        int attacks = 0;
        try (BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String command = commands.readLine(); command != null; command = commands.readLine()) {
                if (command.equals(COUNT)) {
                    System.out.println("sent " + target.sent().connections() + ' '
                            + target.sent().frames());
                } else if (command.equals(RELEASE)) {
                    StoppedHandshakes.release();
                } else {
                    attacks++;
                    target = new AttackTarget(port, root);
                    System.out.println("began " + attacks);
                    begin(Attack.of(command), target, attacks);
                }
            }
        }
    }

    private static void begin(Attack attack, AttackTarget target, int number) {
        Thread thread = new Thread(() -> {
            try {
                attack.attack(target);
                System.out.println("ended " + number);
            } catch (Exception | AssertionError e) {
                System.out.println("failed " + number + ": " + e);
                e.printStackTrace(System.out);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
