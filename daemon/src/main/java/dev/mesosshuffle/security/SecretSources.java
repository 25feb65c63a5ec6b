package dev.mesosshuffle.security;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.logging.Sanitizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of applications: each one's own, or the one that all have in common. The common one is, as with Spark, that of the
 * environment, else the literal, else that of a file. For any thread that may wait for a disk.
 */
public final class SecretSources implements SecretSource {
    /** Ample for a secret. */
    private static final int MAX_SECRET_BYTES = 64 * 1024;

    /** Tens of thousands of applications. */
    private static final int MAX_SECRETS_BYTES = 4 * 1024 * 1024;

    /** Who has seen a handshake can try this many on a computer of their own. */
    private static final int MIN_CHARACTERS = 16;

    private final @Nullable CommonSecret common;
    private final @Nullable WatchedSecretFile<Map<String, ApplicationSecret>> applications;
    private final List<String> weaknesses;

    /** The secret of all, and the setting that it comes from. */
    private record CommonSecret(String key, Supplier<ApplicationSecret> secret) {}

    private SecretSources(
            @Nullable CommonSecret common,
            @Nullable WatchedSecretFile<Map<String, ApplicationSecret>> applications,
            List<String> weaknesses) {
        this.common = common;
        this.applications = applications;
        this.weaknesses = weaknesses;
    }

    /**
     * Reads all secrets.
     *
     * @param settings where they come from
     * @param ticker by which files are looked at again, at most once a second
     * @throws SecretException if one cannot be used, or there is none
     */
    public static SecretSources open(SecretSettings settings, Ticker ticker) throws SecretException {
        return open(settings, ticker, SecretFile.Reader.THIS_PROCESS);
    }

    /**
     * Reads all secrets as the daemon will, which may be another user's if this process is root's.
     *
     * @return what an operator should change, a line each
     * @throws SecretException as a start does
     */
    public static List<String> check(SecretSettings settings) throws SecretException {
        return open(settings, System::nanoTime, SecretFile.Reader.DAEMON).weaknesses();
    }

    private static SecretSources open(SecretSettings settings, Ticker ticker, SecretFile.Reader reader)
            throws SecretException {
        List<CommonSecret> candidates = candidates(settings, ticker, reader);
        Path file = settings.applicationsFile();
        WatchedSecretFile<Map<String, ApplicationSecret>> applications = file == null
                ? null
                : WatchedSecretFile.open(
                        SecretSettings.APPLICATIONS_FILE,
                        new SecretFile(file, MAX_SECRETS_BYTES, reader),
                        SecretFormats::applications,
                        ticker);
        if (candidates.isEmpty() && applications == null) {
            throw new SecretException("spark.authenticate=true, but there is no secret (expected: one in "
                    + SecretSettings.APPLICATIONS_FILE + ", " + SecretSettings.ENVIRONMENT + " of the environment, "
                    + SecretSettings.LITERAL + ", " + SecretSettings.ENCODED_FILE + " or " + SecretSettings.PLAIN_FILE
                    + ")");
        }
        CommonSecret common = candidates.isEmpty() ? null : candidates.get(0);
        return new SecretSources(common, applications, weaknesses(settings, candidates, applications));
    }

    /** All that are set, the one in use first. All are read, so that a wrong one is found at the start. */
    private static List<CommonSecret> candidates(SecretSettings settings, Ticker ticker, SecretFile.Reader reader)
            throws SecretException {
        List<CommonSecret> candidates = new ArrayList<>();
        addText(SecretSettings.ENVIRONMENT, settings.environment(), candidates);
        addText(SecretSettings.LITERAL, settings.literal(), candidates);
        addFile(
                SecretSettings.ENCODED_FILE,
                settings.encodedFile(),
                SecretFormats::encoded,
                ticker,
                reader,
                candidates);
        addFile(SecretSettings.PLAIN_FILE, settings.plainFile(), SecretFormats::plain, ticker, reader, candidates);
        return candidates;
    }

    private static void addText(String key, @Nullable ApplicationSecret secret, List<CommonSecret> candidates)
            throws SecretException {
        if (secret != null) {
            if (secret.length() == 0) {
                throw new SecretException(key + ": empty (expected: a secret)");
            }
            candidates.add(new CommonSecret(key, () -> secret));
        }
    }

    private static void addFile(
            String key,
            @Nullable Path path,
            WatchedSecretFile.Format<ApplicationSecret> format,
            Ticker ticker,
            SecretFile.Reader reader,
            List<CommonSecret> candidates)
            throws SecretException {
        if (path != null) {
            candidates.add(new CommonSecret(
                    key,
                    WatchedSecretFile.open(key, new SecretFile(path, MAX_SECRET_BYTES, reader), format, ticker)
                            ::current));
        }
    }

    private static List<String> weaknesses(
            SecretSettings settings,
            List<CommonSecret> candidates,
            @Nullable WatchedSecretFile<Map<String, ApplicationSecret>> applications) {
        List<String> weaknesses = new ArrayList<>();
        if (settings.literal() != null && settings.isLiteralVisible()) {
            weaknesses.add(SecretSettings.LITERAL + " is an argument of this process, which every user of this host can"
                    + " read (expected: " + SecretSettings.PLAIN_FILE + ")");
        }
        for (CommonSecret unused : candidates.subList(Math.min(1, candidates.size()), candidates.size())) {
            weaknesses.add(unused.key() + " is not used, because "
                    + candidates.get(0).key() + " is set too (expected: one of them)");
        }
        if (!candidates.isEmpty() && isShort(candidates.get(0).secret().get())) {
            weaknesses.add(candidates.get(0).key() + ": " + tooShort());
        }
        if (applications != null) {
            List<String> shortOnes = new TreeMap<>(applications.current())
                    .entrySet().stream()
                            .filter(entry -> isShort(entry.getValue()))
                            .map(Map.Entry::getKey)
                            .toList();
            if (!shortOnes.isEmpty()) {
                weaknesses.add(SecretSettings.APPLICATIONS_FILE + ": application "
                        + Sanitizer.printable(shortOnes.get(0))
                        + (shortOnes.size() == 1 ? "" : " and " + (shortOnes.size() - 1) + " more") + ": "
                        + tooShort());
            }
        }
        return List.copyOf(weaknesses);
    }

    private static boolean isShort(ApplicationSecret secret) {
        return secret.length() < MIN_CHARACTERS;
    }

    private static String tooShort() {
        return "a secret of fewer than " + MIN_CHARACTERS
                + " characters, which who sees a handshake can find by trying";
    }

    @Override
    public @Nullable ApplicationSecret find(String appId) {
        if (applications != null) {
            ApplicationSecret own = applications.current().get(appId);
            if (own != null) {
                return own;
            }
        }
        return common == null ? null : common.secret().get();
    }

    /** What an operator should change, a line each, as found at the start. */
    public List<String> weaknesses() {
        return weaknesses;
    }

    /** Whether applications without a secret of their own have one in common, so that each could claim to be another. */
    public boolean hasCommonSecret() {
        return common != null;
    }

    /** Where the secrets come from, for the line at the start. */
    public String description() {
        List<String> parts = new ArrayList<>();
        if (applications != null) {
            parts.add(SecretSettings.APPLICATIONS_FILE + " ("
                    + applications.current().size() + " applications)");
        }
        if (common != null) {
            parts.add(common.key());
        }
        return String.join(", ", parts);
    }
}
