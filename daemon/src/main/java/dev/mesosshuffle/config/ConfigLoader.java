package dev.mesosshuffle.config;

import dev.mesosshuffle.logging.Sanitizer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns settings into a {@link ServiceConfig}. Used once, on one thread. */
public final class ConfigLoader {
    private static final String MASK = "********";
    private static final String NONE = "(none)";
    private static final String DEFAULT = "default";
    /** The rest of the heap is for connections, the registry and the collector's ease. */
    private static final int INDEX_CACHE_SHARE_OF_HEAP = 4;

    private static final int REGISTRY_SHARE_OF_HEAP = 4;

    private final RawSettings settings;
    private final List<String> errors;
    private final Map<String, LoadedConfig.EffectiveSetting> effective = new HashMap<>();

    private ConfigLoader(RawSettings settings, List<String> errors) {
        this.settings = settings;
        this.errors = errors;
    }

    /**
     * Reads all sources and checks every setting.
     *
     * @param sources where settings come from
     * @return the configuration with the origin of each value
     * @throws ConfigException with all that is wrong, in one line
     */
    public static LoadedConfig load(ConfigSources sources) throws ConfigException {
        List<String> errors = new ArrayList<>();
        ConfigLoader loader = new ConfigLoader(RawSettings.read(sources, errors), errors);
        loader.checkOwnKeys();
        ServiceConfig config = loader.config(sources);
        loader.checkSwitches();
        if (!errors.isEmpty()) {
            throw new ConfigException(String.join("; ", errors));
        }
        return new LoadedConfig(config, loader.effectiveSettings());
    }

    private ServiceConfig config(ConfigSources sources) {
        int port = value(ConfigKeys.PORT);
        Duration networkTimeout = value(ConfigKeys.NETWORK_TIMEOUT);
        List<Path> roots = value(ConfigKeys.LOCAL_DIR);
        return new ServiceConfig(
                value(ConfigKeys.HOST),
                port,
                transport(networkTimeout),
                new ServiceConfig.Disks(
                        roots,
                        value(ConfigKeys.LOCAL_DIR_NAMES),
                        stateDirs(sources.environment(), roots),
                        value(ConfigKeys.DISK_THREADS),
                        indexCacheBytes(sources.maxHeapBytes()),
                        maxRegistryBytes(sources.maxHeapBytes())),
                new ServiceConfig.Expiry(value(ConfigKeys.CLEANER_INTERVAL), value(ConfigKeys.ORPHAN_TIMEOUT)),
                new ServiceConfig.Cleanup(
                        value(ConfigKeys.CLEANUP),
                        value(ConfigKeys.DELETION_RATE),
                        value(ConfigKeys.ORPHANS),
                        value(ConfigKeys.MIN_FREE_PERCENT)),
                master(),
                new AuthenticationReader(this, settings, errors).read(),
                TlsKeys.read(this),
                AdminKeys.read(this, port),
                DiagnosticKeys.read(this));
    }

    private StateDirCandidates stateDirs(Map<String, String> environment, List<Path> roots) {
        RawSettings.Setting setting = settings.get(ConfigKeys.STATE_DIR);
        Path given = parsed(ConfigKeys.STATE_DIR);
        StateDirCandidates candidates = StateDirCandidates.of(
                setting == null || given == null ? null : new StateDirCandidates.Candidate(given, setting.origin()),
                environment,
                roots);
        if (setting == null) {
            StateDirCandidates.Candidate preferred = candidates.preferred();
            record(ConfigKeys.STATE_DIR, preferred.dir().toString(), preferred.origin());
        }
        return candidates;
    }

    private ServiceConfig.Master master() {
        List<URI> urls = optional(ConfigKeys.MASTER);
        ServiceConfig.Master master = new ServiceConfig.Master(
                urls == null ? List.of() : urls,
                value(ConfigKeys.MASTER_TIMEOUT),
                optional(ConfigKeys.MASTER_PRINCIPAL),
                optional(ConfigKeys.MASTER_SECRET_FILE),
                optional(ConfigKeys.MASTER_TOKEN_FILE),
                optional(ConfigKeys.MASTER_CA_FILE));
        if ((master.principal() == null) != (master.secretFile() == null)) {
            errors.add(ConfigKeys.MASTER_PRINCIPAL.name() + " and " + ConfigKeys.MASTER_SECRET_FILE.name()
                    + ": one of them without the other (expected: both or neither)");
        }
        if (master.principal() != null && master.tokenFile() != null) {
            errors.add(ConfigKeys.MASTER_PRINCIPAL.name() + " and " + ConfigKeys.MASTER_TOKEN_FILE.name()
                    + ": both are set (expected: one of them)");
        }
        return master;
    }

    /** The value of a key that has no default. */
    <T> @Nullable T optional(ConfigKey<T> key) {
        if (settings.get(key) == null) {
            record(key, NONE, DEFAULT);
            return null;
        }
        return parsed(key);
    }

    private ServiceConfig.Transport transport(Duration networkTimeout) {
        return new ServiceConfig.Transport(
                value(ConfigKeys.IO_MODE),
                value(ConfigKeys.SERVER_THREADS),
                new ServiceConfig.SocketOptions(
                        value(ConfigKeys.BACK_LOG),
                        value(ConfigKeys.RECEIVE_BUFFER),
                        value(ConfigKeys.SEND_BUFFER),
                        value(ConfigKeys.TCP_KEEP_ALIVE)),
                connectionTimeout(networkTimeout),
                value(ConfigKeys.MAX_CHUNKS),
                value(ConfigKeys.MAX_FRAME_SIZE).intValue(),
                new ServiceConfig.ConnectionLimits(
                        value(ConfigKeys.FRAME_TIMEOUT),
                        value(ConfigKeys.WRITE_TIMEOUT),
                        value(ConfigKeys.MAX_CONNECTIONS),
                        value(ConfigKeys.MAX_CONNECTIONS_PER_ADDRESS)));
    }

    private Duration connectionTimeout(Duration networkTimeout) {
        if (settings.get(ConfigKeys.CONNECTION_TIMEOUT) != null) {
            return value(ConfigKeys.CONNECTION_TIMEOUT);
        }
        String name = ConfigKeys.NETWORK_TIMEOUT.name();
        String text = shown(ConfigKeys.NETWORK_TIMEOUT);
        record(ConfigKeys.CONNECTION_TIMEOUT, text, settings.get(ConfigKeys.NETWORK_TIMEOUT) == null ? DEFAULT : name);
        return networkTimeout;
    }

    private long indexCacheBytes(long maxHeapBytes) {
        long wanted = value(ConfigKeys.INDEX_CACHE_SIZE);
        long most = maxHeapBytes / INDEX_CACHE_SHARE_OF_HEAP;
        if (wanted <= most) {
            return wanted;
        }
        RawSettings.Setting setting = settings.get(ConfigKeys.INDEX_CACHE_SIZE);
        long rounded = most >> 20 << 20;
        record(
                ConfigKeys.INDEX_CACHE_SIZE,
                SparkUnits.sizeText(rounded),
                (setting == null ? DEFAULT : setting.origin()) + ", cut to a quarter of the heap");
        return rounded;
    }

    private long maxRegistryBytes(long maxHeapBytes) {
        ConfigKey<Long> key = ConfigKeys.MAX_REGISTRY_MEMORY;
        Long wanted = parsed(key);
        RawSettings.Setting setting = settings.get(key);
        if (wanted == null || setting == null) {
            record(key, key.defaultText(), DEFAULT);
            return maxHeapBytes / REGISTRY_SHARE_OF_HEAP;
        }
        long most = maxHeapBytes / 2;
        if (wanted <= most) {
            return wanted;
        }
        record(key, SparkUnits.sizeText(most >> 20 << 20), setting.origin() + ", cut to half of the heap");
        return most;
    }

    /** Settings that lead to nothing but an error. */
    private void checkSwitches() {
        value(ConfigKeys.FETCH_RDD);
    }

    private void checkOwnKeys() {
        Set<String> known = ConfigKeys.all().stream().map(ConfigKey::name).collect(Collectors.toSet());
        known.addAll(ConfigKeys.ofDrivers());
        Set<String> candidates = new HashSet<>(known);
        candidates.removeIf(name -> !name.startsWith(ConfigKeys.OWN_PREFIX));
        for (Map.Entry<String, RawSettings.Setting> entry : settings.all()) {
            String name = entry.getKey();
            if (!name.startsWith(ConfigKeys.OWN_PREFIX) || known.contains(name)) {
                continue;
            }
            errors.add(Sanitizer.printable(name) + " from " + entry.getValue().origin() + ": unknown key (did you mean "
                    + EditDistance.nearest(name, candidates) + "?)");
        }
    }

    /** Leaves a setting unread that has no effect; it is shown nevertheless. */
    void skip(ConfigKey<?> key) {
        RawSettings.Setting setting = settings.get(key);
        record(
                key,
                setting == null ? key.defaultText() : setting.value(),
                setting == null ? DEFAULT : setting.origin());
    }

    void addError(String line) {
        errors.add(line);
    }

    /** A wrong value becomes an error, and the default stands in for it so that the rest is checked as well. */
    <T> T value(ConfigKey<T> key) {
        T given = parsed(key);
        if (given != null) {
            return given;
        }
        record(key, key.defaultText(), DEFAULT);
        return key.parser().parse(key.defaultText());
    }

    /** The value that was given for a key whose default follows from others; null if there is none, or if it is wrong. */
    <T> @Nullable T given(ConfigKey<T> key) {
        return parsed(key);
    }

    /** Shows the default that followed from others for a key that was not given. */
    void recordDefault(ConfigKey<?> key, String value) {
        if (settings.get(key) == null) {
            record(key, value, DEFAULT);
        }
    }

    /** The value that was given; null if there is none, or if it is wrong, which becomes an error. */
    private <T> @Nullable T parsed(ConfigKey<T> key) {
        RawSettings.Setting setting = settings.get(key);
        if (setting == null) {
            return null;
        }
        String shown = key.secret() ? MASK : withoutPassword(setting.value());
        try {
            T value = key.parser().parse(setting.value());
            record(key, shown, setting.origin());
            return value;
        } catch (IllegalArgumentException e) {
            record(key, shown, setting.origin());
            errors.add(error(key.name(), new RawSettings.Setting(shown, setting.origin()), key.expected()));
            return null;
        }
    }

    /** Somebody may have put a password into a URL, though that is refused. */
    private static String withoutPassword(String value) {
        return value.replaceAll("//[^/@,]*@", "//" + MASK + "@");
    }

    private void record(ConfigKey<?> key, String value, String origin) {
        String shown = key.secret() && !value.equals(NONE) ? MASK : Sanitizer.printable(value);
        effective.put(key.name(), new LoadedConfig.EffectiveSetting(key.name(), shown, origin));
    }

    private String shown(ConfigKey<?> key) {
        LoadedConfig.EffectiveSetting setting = effective.get(key.name());
        return setting == null ? key.defaultText() : setting.value();
    }

    private List<LoadedConfig.EffectiveSetting> effectiveSettings() {
        List<LoadedConfig.EffectiveSetting> inOrder = new ArrayList<>();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            LoadedConfig.EffectiveSetting setting = effective.get(key.name());
            if (setting == null) {
                throw new IllegalStateException(key.name() + " is never read");
            }
            inOrder.add(setting);
        }
        return inOrder;
    }

    private static String error(String name, RawSettings.Setting setting, String expected) {
        return name + ": " + Sanitizer.printable(setting.value()) + " from " + setting.origin() + " (expected: "
                + expected + ")";
    }
}
