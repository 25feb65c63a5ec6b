package dev.mesosshuffle;

import dev.mesosshuffle.model.IdValidator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line. */
@Command(
        name = "mesos-shuffle-service",
        description =
                "Serves the shuffle files of Spark's executors on this host, and deletes them when their application"
                        + " finishes.",
        customSynopsis = {
            "mesos-shuffle-service [--conf KEY=VALUE]... [--properties-file FILE] [--check-config] [--version] [--help]",
            "mesos-shuffle-service [--conf KEY=VALUE]... [--properties-file FILE] apps [--output json] | keep APP | release APP | remove APP"
        },
        usageHelpWidth = 110,
        sortOptions = false,
        footerHeading = "%nCommands to the daemon that runs here, with the same settings, as its user or root:%n",
        footer = {
            "  apps          lists applications: state, executors, bytes, what happens next, and why",
            "  keep APP      exempts an application from expiry, across restarts, until it is released",
            "  release APP   ends that, and restarts the timeouts of the application",
            "  remove APP    expires an application now, and deletes its files",
            "",
            "Exit status:",
            "  0 success, also after SIGTERM or SIGINT; 64 invalid command line; 78 invalid configuration; 1 any other failure"
        })
final class CommandLineOptions {
    private static final String SETTING = "KEY=VALUE";
    private static final String TEXT = "text";
    private static final String JSON = "json";
    private static final Set<String> ON_ONE_APPLICATION = Set.of("keep", "release", "remove");

    @Option(
            names = "--conf",
            paramLabel = SETTING,
            description = "Sets a configuration key; takes precedence over files and the environment.")
    private final List<String> settings = new ArrayList<>();

    @Option(
            names = "--properties-file",
            paramLabel = "FILE",
            description = "Reads more settings from a file such as spark-defaults.conf.")
    private @Nullable Path propertiesFile;

    @Option(names = "--check-config", description = "Prints every setting with its value and its source.")
    private boolean checkConfig;

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            description = "The format of what apps prints: text (the default) or json.")
    private String output = TEXT;

    @Option(names = "--version", description = "Prints the version.")
    private boolean version;

    @Option(names = "--help", description = "Prints this help.")
    private boolean help;

    @Parameters(index = "0", arity = "0..1", hidden = true)
    private @Nullable String command;

    @Parameters(index = "1", arity = "0..1", hidden = true)
    private @Nullable String application;

    private CommandLineOptions() {}

    /**
     * Reads a command line.
     *
     * @throws CommandLine.ParameterException if it is not one of ours
     */
    static CommandLineOptions parse(String... args) {
        CommandLineOptions options = new CommandLineOptions();
        if (args.length == 0) {
            // The usual start; picocli's classes are too old for a class archive.
            return options;
        }
        CommandLine commandLine = new CommandLine(options);
        commandLine.parseArgs(args);
        for (String setting : options.settings) {
            if (!setting.startsWith("spark.") || setting.indexOf('=') < 0) {
                throw new CommandLine.ParameterException(
                        commandLine,
                        "--conf: " + setting + " (expected: " + SETTING + ", the key beginning with spark.)");
            }
        }
        try {
            options.checkRequest();
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(commandLine, e.getMessage());
        }
        return options;
    }

    private void checkRequest() {
        boolean forAll = "apps".equals(command);
        if (!output.equals(TEXT) && !(output.equals(JSON) && forAll)) {
            throw new IllegalArgumentException("--output: " + output + " (expected: text, or for apps, json)");
        }
        if (command == null) {
            return;
        }
        if (!forAll && !ON_ONE_APPLICATION.contains(command)) {
            throw new IllegalArgumentException(
                    "command: " + command + " (expected: apps, keep APP, release APP or remove APP)");
        }
        if (forAll != (application == null)) {
            throw new IllegalArgumentException(
                    forAll
                            ? "apps " + application + " (expected: apps)"
                            : command + " (expected: " + command + " APP)");
        }
        if (application != null) {
            IdValidator.check("APP", application);
        }
    }

    /** What is asked of the daemon that runs; null if one is to be started. */
    @Nullable
    String request() {
        if (output.equals(JSON)) {
            return command + ' ' + JSON;
        }
        return application == null ? command : command + ' ' + application;
    }

    static String usage() {
        // Both "--conf KEY=VALUE" and "--conf=KEY=VALUE" are read; the first is easier on the eye.
        return new CommandLine(new CommandLineOptions()).setSeparator(" ").getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    /** What was set with {@code --conf}; of one key the last counts. */
    Map<String, String> settings() {
        Map<String, String> byKey = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            byKey.put(setting.substring(0, equals).strip(), setting.substring(equals + 1));
        }
        return byKey;
    }

    @Nullable
    Path propertiesFile() {
        return propertiesFile;
    }

    boolean checkConfig() {
        return checkConfig;
    }

    boolean version() {
        return version;
    }

    boolean help() {
        return help;
    }
}
