package dev.mesosshuffle.config;

import dev.mesosshuffle.model.ExactPaths;
import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.model.SecretText;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** The kinds of values that settings have. */
final class ValueParsers {
    /** Where a Mesos master listens by default. */
    private static final int MASTER_PORT = 5050;

    private ValueParsers() {}

    /** A whole number between two limits, both allowed. */
    static ValueParser<Integer> integer(int min, int max, String expected) {
        return parser(expected, text -> check(Integer.parseInt(text), min, max).intValue());
    }

    /** A whole number from a limit on. */
    static ValueParser<Long> longAtLeast(long min, String expected) {
        return parser(expected, text -> check(Long.parseLong(text), min, Long.MAX_VALUE));
    }

    /** A time in Spark's syntax; a bare number is seconds. Below zero and zero mean the same: never. */
    static ValueParser<Duration> secondsOrNever() {
        return parser("a time such as 120s or 2min; a bare number is seconds; 0 for never", text -> {
            Duration time = SparkUnits.time(text, ChronoUnit.SECONDS);
            return time.isNegative() ? Duration.ZERO : time;
        });
    }

    /** A time in Spark's syntax, more than zero; a bare number is seconds. */
    static ValueParser<Duration> seconds() {
        return parser("a time above zero such as 30s or 24h; a bare number is seconds", text -> {
            Duration time = SparkUnits.time(text, ChronoUnit.SECONDS);
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException("time: " + text);
            }
            return time;
        });
    }

    /** A size in Spark's syntax between two limits, both allowed. */
    static ValueParser<Long> size(long min, long max, String expected) {
        return parser(expected, text -> check(SparkUnits.size(text), min, max));
    }

    /** The size of a socket's buffer; below 1 leaves it to the system. */
    static ValueParser<Integer> socketBuffer() {
        return parser(
                "a size such as 256k, at most 1g; -1 leaves it to the system",
                text -> text.startsWith("-")
                        ? Integer.valueOf(Math.min(-1, Integer.parseInt(text)))
                        : Integer.valueOf((int) (long) check(SparkUnits.size(text), 0, 1L << 30)));
    }

    /** {@code true} or {@code false}, as Spark has it. */
    static ValueParser<Boolean> bool() {
        return parser("true or false", text -> is(text, "true", "false"));
    }

    /** {@code on} or {@code off}; also what {@link #bool()} reads. */
    static ValueParser<Boolean> onOff() {
        return parser("on or off", text -> {
            boolean spelledOut = text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
            return spelledOut ? Boolean.parseBoolean(text) : is(text, "on", "off");
        });
    }

    /** The way to wait for sockets. */
    static ValueParser<IoMode> ioMode() {
        return parser("NIO, EPOLL or AUTO", text -> IoMode.valueOf(text.toUpperCase(Locale.ROOT)));
    }

    /** Which names local dirs may have. */
    static ValueParser<LocalDirNaming> localDirNaming() {
        return parser("spark or any", text -> LocalDirNaming.valueOf(text.toUpperCase(Locale.ROOT)));
    }

    /** What is done about orphans. */
    static ValueParser<OrphanMode> orphans() {
        return parser("off, report or delete", text -> OrphanMode.valueOf(text.toUpperCase(Locale.ROOT)));
    }

    /** One of two words. */
    static ValueParser<Boolean> oneOf(String yes, String no) {
        return parser(no + " or " + yes, text -> is(text, yes, no));
    }

    /** Any text that is not empty, and is never shown. */
    static ValueParser<SecretText> secret(String expected) {
        ValueParser<String> text = text(expected);
        return parser(expected, given -> new SecretText(text.parse(given)));
    }

    /** A comma-separated list of names, at least one. */
    static ValueParser<List<String>> names(String expected) {
        return parser(expected, text -> {
            List<String> names = new ArrayList<>();
            for (String part : text.split(",", -1)) {
                if (!part.isBlank()) {
                    names.add(part.strip());
                }
            }
            if (names.isEmpty()) {
                throw new IllegalArgumentException("empty");
            }
            return names;
        });
    }

    /** Whether clients without a proof are served. */
    static ValueParser<AuthenticationMode> authenticationMode() {
        return parser("required or optional", text -> {
            AuthenticationMode mode = AuthenticationMode.valueOf(text.toUpperCase(Locale.ROOT));
            if (mode == AuthenticationMode.OFF) {
                throw new IllegalArgumentException("off");
            }
            return mode;
        });
    }

    /** A cipher of {@code spark.network.crypto}. */
    static ValueParser<CryptoCipher> cryptoCipher() {
        return parser("AES/CTR/NoPadding or AES/GCM/NoPadding", text -> {
            for (CryptoCipher cipher : CryptoCipher.values()) {
                if (cipher.transformation().equals(text)) {
                    return cipher;
                }
            }
            throw new IllegalArgumentException("cipher: " + text);
        });
    }

    /** Any text that is not empty. */
    static ValueParser<String> text(String expected) {
        return parser(expected, text -> {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("empty");
            }
            return text;
        });
    }

    /** Any text that is not empty and passes a check. */
    static ValueParser<String> text(String expected, Predicate<String> check) {
        return parser(expected, text -> {
            if (text.isEmpty() || !check.test(text)) {
                throw new IllegalArgumentException("text");
            }
            return text;
        });
    }

    /** The Mesos masters of a comma-separated list, as URLs with nothing but a scheme, a host and a port. */
    static ValueParser<List<URI>> masters() {
        return parser(
                "the masters' own addresses, host:port or http(s)://host:port, separated by commas; neither zk:// nor"
                        + " user:password@",
                text -> {
                    List<URI> masters = new ArrayList<>();
                    for (String part : text.split(",", -1)) {
                        if (!part.isBlank()) {
                            masters.add(master(part.strip()));
                        }
                    }
                    if (masters.isEmpty()) {
                        throw new IllegalArgumentException("empty");
                    }
                    return masters;
                });
    }

    private static URI master(String text) {
        URI given = URI.create(text.contains("://") ? text : "http://" + text);
        boolean plain = !given.isOpaque()
                && given.getRawUserInfo() == null
                && given.getRawQuery() == null
                && given.getRawFragment() == null
                && (given.getRawPath().isEmpty() || given.getRawPath().equals("/"));
        boolean http = "http".equals(given.getScheme()) || "https".equals(given.getScheme());
        if (!http || !plain || given.getHost() == null || given.getPort() == 0 || given.getPort() > 65535) {
            throw new IllegalArgumentException("no master: " + text);
        }
        int port = given.getPort() < 0 ? MASTER_PORT : given.getPort();
        return URI.create(given.getScheme() + "://" + given.getHost() + ":" + port);
    }

    /** An absolute path. */
    static ValueParser<Path> path() {
        return parser("an absolute path", ValueParsers::absolutePath);
    }

    /** The dirs of a comma-separated list in its order, each once. */
    static ValueParser<List<Path>> paths() {
        return parser("absolute paths, separated by commas", text -> {
            Set<Path> paths = new LinkedHashSet<>();
            for (String part : text.split(",", -1)) {
                if (!part.isBlank()) {
                    paths.add(absolutePath(part.strip()));
                }
            }
            if (paths.isEmpty()) {
                throw new IllegalArgumentException("empty");
            }
            return new ArrayList<>(paths);
        });
    }

    /** A switch for something that this version does not have: only {@code off} and its like pass. */
    static ValueParser<Boolean> unsupported(String what, ValueParser<Boolean> switchParser, String offText) {
        return parser(offText + "; " + what, text -> {
            if (switchParser.parse(text)) {
                throw new IllegalArgumentException(what);
            }
            return false;
        });
    }

    /** Spark reads a local dir as a URI if it is one. */
    private static Path absolutePath(String text) {
        boolean uri = text.startsWith("file:") || text.startsWith("local:");
        Path path = ExactPaths.of(uri ? uriPath(text) : text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("relative: " + text);
        }
        return path.normalize();
    }

    private static String uriPath(String text) {
        String path = URI.create(text).getPath();
        if (path == null) {
            throw new IllegalArgumentException("no path: " + text);
        }
        return path;
    }

    private static boolean is(String text, String yes, String no) {
        if (text.equalsIgnoreCase(yes)) {
            return true;
        }
        if (text.equalsIgnoreCase(no)) {
            return false;
        }
        throw new IllegalArgumentException("neither " + yes + " nor " + no + ": " + text);
    }

    private static Long check(long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("out of range: " + value);
        }
        return value;
    }

    private static <T> ValueParser<T> parser(String expected, Function<String, T> parse) {
        return new ValueParser<>() {
            @Override
            public T parse(String text) {
                return parse.apply(text);
            }

            @Override
            public String expected() {
                return expected;
            }
        };
    }
}
