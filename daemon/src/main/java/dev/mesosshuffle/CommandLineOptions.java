package dev.mesosshuffle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What was asked for on the command line. */
@Command(
        name = "mesos-shuffle-service",
        description =
                "Serves the shuffle files of Spark's executors on this host, and removes them when their application"
                        + " is over.",
        usageHelpAutoWidth = true,
        sortOptions = false,
        footerHeading = "%nExit status:%n",
        footer = {"  0 after SIGTERM or SIGINT, 64 bad command line, 78 bad configuration, 1 anything else"})
final class CommandLineOptions {
    private static final String SETTING = "KEY=VALUE";

    @Option(
            names = "--conf",
            paramLabel = SETTING,
            description = "Sets a configuration key; wins over files and the environment.")
    private final List<String> settings = new ArrayList<>();

    @Option(
            names = "--properties-file",
            paramLabel = "FILE",
            description = "Reads more settings from a file such as spark-defaults.conf.")
    private @Nullable Path propertiesFile;

    @Option(names = "--check-config", description = "Prints every setting, its value and where it came from.")
    private boolean checkConfig;

    @Option(names = "--version", description = "Prints the version.")
    private boolean version;

    @Option(names = "--help", description = "Prints this help.")
    private boolean help;

    private CommandLineOptions() {}

    /**
     * Reads a command line.
     *
     * @throws CommandLine.ParameterException if it is not one of ours
     */
    static CommandLineOptions parse(String... args) {
        CommandLineOptions options = new CommandLineOptions();
        CommandLine commandLine = new CommandLine(options);
        commandLine.parseArgs(args);
        for (String setting : options.settings) {
            if (!setting.startsWith("spark.") || setting.indexOf('=') < 0) {
                throw new CommandLine.ParameterException(
                        commandLine,
                        "--conf: " + setting + " (expected: " + SETTING + ", the key beginning with spark.)");
            }
        }
        return options;
    }

    static String usage() {
        return new CommandLine(new CommandLineOptions()).getUsageMessage(CommandLine.Help.Ansi.OFF);
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
