package dev.mesosshuffle.benchmark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the command line asks for. */
final class Options {
    static final String USAGE = """
            Usage: benchmark/run [OPTION]... [CASE]...

            The name "encrypted" stands for all cases with authentication or encryption, "handshakes" for those with
            handshakes.

              --rounds N       rounds of each service in each case (3)
              --seconds S      length of a round (5)
              --warm-up S      how long a service is warmed up in each case (8)
              --dir DIR        where shuffle files are made; twice for two disks (benchmark/target/data)
              --daemon DIR     a distribution of the daemon, or a checkout with one (this checkout)
              --baseline DIR   compare with this distribution or checkout instead of with Spark
              --spark DIR      the folder with Spark's jars
              --tls-spark DIR  the folder with the jars of Spark 4, for the cases with TLS
              --alone          measure the daemon alone
              --publish        copy table and chart to benchmark/results
              --publish-to DIR copy them to another folder
              --target DIR     where results and logs are written (benchmark/target)
              --list           print the names of the cases
              --verify         only compare what the daemon serves with what was generated
              --help           print this
            """;

    final List<String> cases = new ArrayList<>();
    final List<Path> dirs = new ArrayList<>();
    int rounds = 3;
    Duration roundTime = Duration.ofSeconds(5);
    Duration warmUp = Duration.ofSeconds(8);

    @Nullable
    Path daemon;

    @Nullable
    Path baseline;

    @Nullable
    Path spark;

    @Nullable
    Path tlsSpark;

    @Nullable
    Path publish;

    Path target = Path.of("target");
    boolean alone;
    boolean list;
    boolean help;
    boolean verifyOnly;

    private Options() {}

    /**
     * Reads a command line; of an option that is given twice, the later one counts, but for --dir.
     *
     * @throws IllegalArgumentException with the reason, if it cannot be understood
     */
    static Options parse(List<String> arguments) {
        Options options = new Options();
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--rounds" -> options.rounds = (int) number(argument, rest, 1);
                case "--seconds" -> options.roundTime = seconds(argument, rest);
                case "--warm-up" -> options.warmUp = seconds(argument, rest);
                case "--dir" -> options.dirs.add(path(argument, rest));
                case "--daemon" -> options.daemon = path(argument, rest);
                case "--baseline" -> options.baseline = path(argument, rest);
                case "--spark" -> options.spark = path(argument, rest);
                case "--tls-spark" -> options.tlsSpark = path(argument, rest);
                case "--target" -> options.target = path(argument, rest);
                case "--verify" -> options.verifyOnly = true;
                case "--help" -> options.help = true;
                case "--publish-to" -> options.publish = path(argument, rest);
                case "--alone" -> options.alone = true;
                case "--list" -> options.list = true;
                default -> options.cases.add(name(argument));
            }
        }
        return options;
    }

    private static String name(String argument) {
        if (argument.startsWith("-")) {
            throw new IllegalArgumentException(argument + " (expected: an option or a case)");
        }
        return argument;
    }

    private static Path path(String option, Iterator<String> rest) {
        return Path.of(value(option, rest)).toAbsolutePath().normalize();
    }

    private static Duration seconds(String option, Iterator<String> rest) {
        return Duration.ofMillis((long) (number(option, rest, 0) * 1000));
    }

    private static double number(String option, Iterator<String> rest, double least) {
        String value = value(option, rest);
        try {
            double number = Double.parseDouble(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(option + ": " + value + " (expected: a number from " + least + ")");
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " (expected: a value behind it)");
        }
        return rest.next();
    }
}
