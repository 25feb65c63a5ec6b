package dev.mesosshuffle;

import dev.mesosshuffle.config.ConfigException;
import dev.mesosshuffle.config.ConfigLoader;
import dev.mesosshuffle.config.ConfigSources;
import dev.mesosshuffle.config.LoadedConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/** Reads the command line and the configuration, then runs the daemon until a signal ends it. */
public final class Main {
    /** Set by the start script: the distribution's own configuration file. */
    private static final String CONF_FILE_PROPERTY = "mesos-shuffle-service.conf";

    private static final String NAME = "mesos-shuffle-service";

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final Properties systemProperties;

    Main(PrintStream out, PrintStream err, Map<String, String> environment, Properties systemProperties) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.systemProperties = systemProperties;
    }

    /**
     * Runs the daemon. Returns if it listens; ends the process otherwise.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        Main main = new Main(System.out, System.err, System.getenv(), System.getProperties());
        Shutdown shutdown = Shutdown.install(System.err);
        int status = main.run(args, shutdown);
        if (status >= 0) {
            shutdown.disarm();
            System.exit(status);
        }
    }

    /** Returned by {@link #run} if the daemon was started and goes on in its own threads. */
    static final int RUNNING = -1;

    int run(String[] args, Shutdown shutdown) {
        try {
            return run(CommandLineOptions.parse(args), shutdown);
        } catch (ParameterException e) {
            return fail(ExitStatus.USAGE, e.getMessage() + " (see --help)");
        }
    }

    private int run(CommandLineOptions options, Shutdown shutdown) {
        if (options.help()) {
            out.print(CommandLineOptions.usage());
            return ExitStatus.OK;
        }
        if (options.version()) {
            out.println(NAME + ' ' + version());
            return ExitStatus.OK;
        }
        LoadedConfig loaded;
        try {
            loaded = ConfigLoader.load(sources(options));
        } catch (ConfigException e) {
            return fail(ExitStatus.CONFIG, e.getMessage());
        }
        if (options.checkConfig()) {
            out.print(loaded.table());
            return ExitStatus.OK;
        }
        return start(loaded, shutdown);
    }

    private int start(LoadedConfig loaded, Shutdown shutdown) {
        try {
            shutdown.started(ShuffleDaemon.start(loaded.config()));
            return RUNNING;
        } catch (Exception e) {
            return fail(ExitStatus.FAILURE, OneLine.of(e));
        }
    }

    private ConfigSources sources(CommandLineOptions options) {
        Map<String, String> properties = new HashMap<>();
        for (String name : systemProperties.stringPropertyNames()) {
            properties.put(name, systemProperties.getProperty(name, ""));
        }
        String confFile = properties.get(CONF_FILE_PROPERTY);
        return new ConfigSources(
                environment,
                confFile == null ? null : Path.of(confFile),
                options.propertiesFile(),
                properties,
                options.settings(),
                Runtime.getRuntime().maxMemory());
    }

    private int fail(int status, @Nullable String reason) {
        err.println(NAME + ": " + OneLine.of(reason));
        return status;
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
