package dev.mesosshuffle;

import ch.qos.logback.classic.LoggerContext;
import dev.mesosshuffle.admin.ControlClient;
import dev.mesosshuffle.admin.ControlException;
import dev.mesosshuffle.admin.ControlSocket;
import dev.mesosshuffle.admin.SocketPathException;
import dev.mesosshuffle.config.ConfigException;
import dev.mesosshuffle.config.ConfigLoader;
import dev.mesosshuffle.config.ConfigSources;
import dev.mesosshuffle.config.LoadedConfig;
import dev.mesosshuffle.config.ReloadableLimits;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.config.StateDirCandidates;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.host.PathTrust;
import dev.mesosshuffle.host.UnsafePathException;
import dev.mesosshuffle.logging.LogFormat;
import dev.mesosshuffle.logging.LogLevels;
import dev.mesosshuffle.logging.LogSafeguards;
import dev.mesosshuffle.markers.RootMarkers;
import dev.mesosshuffle.process.ExitStatus;
import dev.mesosshuffle.process.FatalErrorHandler;
import dev.mesosshuffle.process.HealthMonitor;
import dev.mesosshuffle.process.LastWords;
import dev.mesosshuffle.process.ShutdownHook;
import dev.mesosshuffle.process.SighupHandler;
import dev.mesosshuffle.process.StartFailures;
import dev.mesosshuffle.process.SystemdNotifier;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ParameterException;

/**
 * Reads the command line and the configuration, then runs the daemon until a signal ends it, or sends a command to one that runs.
 */
public final class Main {
    /** Returned by {@link #run} if the daemon was started and goes on in its own threads. */
    static final int RUNNING = -1;

    /** Set by the start script: the distribution's own configuration file. */
    private static final String CONF_FILE_PROPERTY = "mesos-shuffle-service.conf";

    /** Set by the start script if there is such a file; read by Logback too. */
    private static final String LOG_FILE_PROPERTY = "logback.configurationFile";

    /** The name by which the start script finds it, beside the distribution's own configuration. */
    private static final String LOG_FILE = "logback.xml";

    private static final String NAME = "mesos-shuffle-service";

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final Properties systemProperties;
    private final ShutdownHook shutdown;

    Main(
            PrintStream out,
            PrintStream err,
            Map<String, String> environment,
            Properties systemProperties,
            ShutdownHook shutdown) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.systemProperties = systemProperties;
        this.shutdown = shutdown;
    }

    /**
     * Runs the daemon. Never returns: a signal or a failure ends the process.
     *
     * @param args the command line
     * @throws InterruptedException never, as nobody interrupts this thread
     */
    public static void main(String[] args) throws InterruptedException {
        ShutdownHook shutdown = new ShutdownHook(System.err);
        shutdown.install();
        Thread.setDefaultUncaughtExceptionHandler(new FatalErrorHandler(
                System.err, StartFailures::explain, shutdown::isRunning, Runtime.getRuntime()::halt));
        int status = new Main(System.out, System.err, System.getenv(), System.getProperties(), shutdown).run(args);
        if (status == RUNNING) {
            shutdown.await();
        }
        shutdown.disarm();
        System.exit(status);
    }

    int run(String... args) {
        try {
            return run(CommandLineOptions.parse(args));
        } catch (ParameterException e) {
            return fail(ExitStatus.USAGE, e.getMessage() + " (see --help)");
        } catch (Throwable e) {
            if (shutdown.isStopping()) {
                // A signal came during the start; it decides how the process ends.
                return RUNNING;
            }
            // A class that cannot be loaded, a thread that cannot be made: whatever it is, nothing runs.
            return fail(isUnsafePath(e) ? ExitStatus.CONFIG : ExitStatus.FAILURE, explain(e));
        }
    }

    /** The operator must change an owner, a mode or a setting; to start again changes nothing. */
    private static boolean isUnsafePath(Throwable failure) {
        return failure instanceof StoreException && failure.getCause() instanceof UnsafePathException;
    }

    /** Where there is no descriptor left, not even the class that explains it may be there. */
    private static String explain(Throwable failure) {
        try {
            return StartFailures.explain(failure);
        } catch (Throwable e) {
            return failure + "; are LimitNOFILE (ulimit -n) and TasksMax (ulimit -u) too low?";
        }
    }

    private int run(CommandLineOptions options) throws IOException, StoreException {
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
            int status = checkStateDir(loaded.config());
            return status == ExitStatus.OK ? checkSecrets(loaded.config()) : status;
        }
        String request = options.request();
        return request == null ? start(options, loaded) : sendCommand(loaded.config(), request);
    }

    private int checkStateDir(ServiceConfig config) throws IOException {
        PathTrust trust = PathTrust.ofThisProcess();
        StateDirCheck check = StateDirCheck.of(config.disks().stateDirs(), trust, StateDirCandidates.HOST_WIDE);
        out.print(check.explanation());
        if (check.chosen() != null) {
            return ExitStatus.OK;
        }
        OptionalInt owner = trust.isRoot()
                ? StateDirCheck.userForWhomOneIsSafe(config.disks().stateDirs())
                : OptionalInt.empty();
        if (owner.isPresent()) {
            // Where the daemon is another user's, as under systemd, root only asks, and the place is that user's.
            out.println("no directory for the registry is safe for root, but one is for user " + owner.getAsInt());
            return ExitStatus.OK;
        }
        return fail(ExitStatus.CONFIG, "no directory for the registry is safe");
    }

    /** In the order of a start, which would end with the same line. */
    private int checkSecrets(ServiceConfig config) throws IOException {
        if (config.admin().port() != 0) {
            AdminFlow.check(config.admin());
        }
        TlsSetup.check(config.tls());
        for (String weakness : AuthenticationFlow.check(config.authentication())) {
            out.println("weak secret: " + weakness);
        }
        return ExitStatus.OK;
    }

    private int sendCommand(ServiceConfig config, String request) {
        ControlException failure = null;
        try {
            for (Path socket : sockets(config)) {
                try {
                    ControlClient.send(socket, request, out);
                    return ExitStatus.OK;
                } catch (ControlException e) {
                    failure = failure == null ? e : failure;
                }
            }
        } catch (SocketPathException e) {
            return fail(ExitStatus.CONFIG, e.getMessage());
        }
        return fail(ExitStatus.FAILURE, failure == null ? null : failure.getMessage());
    }

    /**
     * Where the registry lies is where the service answers. That may be another place than the one that this user's
     * environment leads to, as where systemd named it to the daemon.
     */
    private static List<Path> sockets(ServiceConfig config) throws SocketPathException {
        Path expected = ControlSocket.path(config.stateDir(), config.port());
        Set<Path> sockets = new LinkedHashSet<>();
        sockets.addAll(ControlSocket.find(config.disks().stateDirs().dirs(), config.port()));
        sockets.addAll(
                ControlSocket.find(RootMarkers.stateDirs(config.disks().localRoots(), config.port()), config.port()));
        return sockets.isEmpty() ? List.of(expected) : List.copyOf(sockets);
    }

    private int start(CommandLineOptions options, LoadedConfig loaded) throws IOException, StoreException {
        LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
        if (loaded.config().diagnostics().jsonLog()) {
            LogFormat.useJson(loggers, systemProperties.getProperty(LOG_FILE_PROPERTY));
        }
        LogSafeguards.install(loggers);
        ReloadableLimits limits = new ReloadableLimits(loaded.config());
        // Before anybody can see that the daemon listens, and send one.
        ConfigReloader reloader =
                new ConfigReloader(loaded, () -> ConfigLoader.load(sources(options)), limits::change, logLevels());
        SighupHandler.handle(reloader);
        ListenerHandover handover = ListenerHandover.of(environment);
        ShuffleDaemon daemon = ShuffleDaemon.start(
                loaded.config(), limits, new AboutDaemon(version(), reloader::settings), handover.kept());
        shutdown.started(daemon::stop);
        SystemdNotifier systemd = SystemdNotifier.start(environment);
        daemon.register(systemd);
        HealthMonitor health =
                new HealthMonitor(daemon.healthProbes(), daemon.localAddress().getPort(), systemd);
        daemon.register(health);
        daemon.watchedBy(health::report);
        health.start();
        shutdown.running();
        daemon.handOver(handover, systemd);
        return RUNNING;
    }

    private LogLevels logLevels() {
        String file = systemProperties.getProperty(LOG_FILE_PROPERTY);
        String conf = systemProperties.getProperty(CONF_FILE_PROPERTY);
        Path path = null;
        if (file != null) {
            path = Path.of(file);
        } else if (conf != null) {
            // It may be put there while the daemon runs.
            path = Path.of(conf).resolveSibling(LOG_FILE);
        }
        return new LogLevels((LoggerContext) LoggerFactory.getILoggerFactory(), path);
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
        LastWords.print(err, String.valueOf(reason));
        return status;
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
