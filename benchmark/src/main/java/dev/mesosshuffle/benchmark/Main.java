package dev.mesosshuffle.benchmark;

import dev.mesosshuffle.benchmark.cases.Bench;
import dev.mesosshuffle.benchmark.cases.Cases;
import dev.mesosshuffle.benchmark.cases.Experiment;
import dev.mesosshuffle.benchmark.cases.Result;
import dev.mesosshuffle.benchmark.cases.Verification;
import dev.mesosshuffle.benchmark.data.DataFolder;
import dev.mesosshuffle.benchmark.data.NotPossibleException;
import dev.mesosshuffle.benchmark.report.Report;
import dev.mesosshuffle.benchmark.report.ResultFiles;
import dev.mesosshuffle.benchmark.service.DaemonLauncher;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.SparkLauncher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line: measures the cases that it is given, or all. */
public final class Main {
    private static final int FAILURE = 1;
    private static final int USAGE_ERROR = 64;

    private Main() {}

    /** Runs it; see {@link Options#USAGE}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int status = run(List.of(args));
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs it and returns the exit status. */
    static int run(List<String> arguments) throws IOException, InterruptedException {
        try {
            return run(Options.parse(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(Options.USAGE);
            return USAGE_ERROR;
        }
    }

    private static int run(Options options) throws IOException, InterruptedException {
        if (options.help) {
            System.out.print(Options.USAGE);
            return 0;
        }
        List<Experiment> experiments = Cases.named(options.cases);
        if (options.list) {
            experiments.forEach(experiment -> System.out.println(experiment.name()));
            return 0;
        }
        Bench bench = bench(options);
        int verified = Verification.run(bench, bench.launchers().get(0));
        System.err.println("verified " + verified + " blocks, each byte of them");
        return options.verifyOnly ? 0 : measure(options, bench, experiments);
    }

    /** A case that fails takes only its own figures along. */
    private static int measure(Options options, Bench bench, List<Experiment> experiments)
            throws IOException, InterruptedException {
        List<Result> results = new ArrayList<>();
        int status = 0;
        for (Experiment experiment : experiments) {
            System.err.println("measuring " + experiment.name());
            try {
                results.add(experiment.run(bench));
                ResultFiles.write(options.target, bench.data().describe(), results);
            } catch (NotPossibleException e) {
                System.err.println(experiment.name() + " skipped: " + e.getMessage());
            } catch (IOException | IllegalStateException e) {
                System.err.println(experiment.name() + " failed: " + e.getMessage());
                status = FAILURE;
            }
        }
        System.out.println(Report.markdown(results));
        if (status == 0 && options.publish != null) {
            ResultFiles.publish(options.target, options.publish);
        }
        return status;
    }

    private static Bench bench(Options options) throws IOException, InterruptedException {
        List<Path> roots = options.dirs.isEmpty()
                ? List.of(options.target.resolve("data/1"), options.target.resolve("data/2"))
                : options.dirs;
        DataFolder data = new DataFolder(roots);
        List<Launcher> launchers = launchers(options, roots);
        return new Bench(
                launchers,
                tlsLaunchers(options, roots, launchers),
                data,
                options.target.resolve("work"),
                options.rounds,
                options.roundTime,
                options.warmUp);
    }

    private static List<Launcher> launchers(Options options, List<Path> roots)
            throws IOException, InterruptedException {
        if (options.daemon == null) {
            throw new IllegalArgumentException("--daemon is missing (expected: a distribution of the daemon)");
        }
        List<Launcher> launchers = new ArrayList<>();
        launchers.add(daemon("daemon", options.daemon, options, roots));
        if (options.alone) {
            return launchers;
        }
        if (options.baseline != null) {
            launchers.add(daemon("baseline", options.baseline, options, roots));
        } else if (options.spark != null) {
            launchers.add(new SparkLauncher("Spark", options.spark, roots, true));
        }
        return launchers;
    }

    /** Spark speaks TLS since version 4; what it then has as its shuffle service is another one than that for Mesos. */
    private static List<Launcher> tlsLaunchers(Options options, List<Path> roots, List<Launcher> launchers) {
        if (options.alone || options.baseline != null) {
            return launchers;
        }
        List<Launcher> speakingTls = new ArrayList<>(launchers.subList(0, 1));
        if (options.tlsSpark != null) {
            speakingTls.add(new SparkLauncher("Spark 4", options.tlsSpark, roots, false));
        }
        return speakingTls;
    }

    private static Launcher daemon(String name, Path folder, Options options, List<Path> roots)
            throws IOException, InterruptedException {
        return DaemonLauncher.install(
                name, DaemonLauncher.distributionIn(folder), roots, options.target.resolve("installed"));
    }
}
