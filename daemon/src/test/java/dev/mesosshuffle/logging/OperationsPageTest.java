package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/operations.md} names every WARN and ERROR of the code, and no other. Each call that logs one is found, whoever
 * it calls, and its text with it: a literal among its arguments, or one that a variable among them was made of. A call that
 * only passes a text on is named in {@link #FORWARDERS}, and those who call it are looked at instead.
 */
final class OperationsPageTest {
    private static final Path PAGE = Path.of("../docs/operations.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\|$");
    private static final Pattern CONCATENATION = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*(?:/\\*)?\\*.*$|//.*$");

    /** Of loggers and of what limits their rate; an outage is logged by what it was made with. */
    private static final Pattern CALL = Pattern.compile(
            "\\.(?:warn|error|errorOnce|lost|shed)\\((?!\\))|new OutageLogger\\(|\\bfailed\\((?=\\s*\")|\\bshed\\((?=\\s*\")");

    private static final Pattern LITERAL = Pattern.compile("\"((?:\\\\.|[^\"\\\\])*)\"");
    private static final Pattern NAME = Pattern.compile("\\b[a-z]\\w*\\b(?![(.])");

    /** Calls that log what they are called with, by file and arguments. */
    private static final Set<String> FORWARDERS = Set.of(
            "ThreadShortage.java: work, failure",
            "OutageLogger.java: \"{}\", line",
            "OutageLogger.java: \"{} fails: {}; {}\", what, reason.getMessage(), consequence",
            "RateLimitedLogger.java: \"{}\", line",
            "RateLimitedLogger.java: \"{}\", line, failure",
            "RateLimitedLogger.java: \"{} ({} more of these since the last such line)\", line, leftOut",
            "RateLimitedLogger.java: \"{} ({} more of these since the last such line)\", line, leftOut, failure",
            "RateLimitedLogger.java: \"{} (logged once, and retried)\", line, failure",
            "ChunkFetcher.java: connection, kind, reason",
            "LoadShedder.java: logger, kind, reason + \" Closed the connection from \" + connection.remoteAddress() + \","
                    + " which retries.\"",
            "BlockReader.java: failed.id().toString(), task.executor(), connection.remoteAddress(), failed.file().path(),"
                    + " error",
            "ExpiryCheck.java: logger, what, reason");

    private static List<Row> rows;
    private static List<Call> calls;
    private static List<String> sources;

    private record Row(String fragment, String cause, String remedy) {}

    private record Call(String file, String arguments, String literals) {
        String where() {
            return file + ": " + arguments;
        }
    }

    @BeforeAll
    static void read() throws IOException {
        String page = Files.readString(PAGE);
        rows = ROW.matcher(page.substring(page.indexOf("## Messages")))
                .results()
                .map(row -> new Row(row.group(1), row.group(2), row.group(3)))
                .toList();
        calls = new ArrayList<>();
        sources = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String text = COMMENT.matcher(Files.readString(file)).replaceAll("");
                text = CONCATENATION.matcher(text).replaceAll("");
                sources.add(text.replace("\\\"", "\""));
                addCalls(file.getFileName().toString(), text);
            }
        }
    }

    private static void addCalls(String file, String text) {
        Matcher call = CALL.matcher(text);
        while (call.find()) {
            String arguments = arguments(text, call.end());
            String literals = literals(arguments + assignments(text.substring(0, call.start()), arguments));
            calls.add(new Call(file, arguments.replaceAll("\\s+", " ").strip(), literals));
        }
    }

    @Test
    void namesOnlyMessagesThatTheCodeHas() {
        assertThat(rows)
                .hasSizeGreaterThan(50)
                .allSatisfy(row -> assertThat(sources).anyMatch(source -> source.contains(row.fragment())));
    }

    @Test
    void tellsCauseAndRemedyOfEach() {
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.cause()).isNotBlank();
            assertThat(row.remedy()).isNotBlank();
        });
    }

    @Test
    void namesEveryWarningAndErrorOfTheCode() {
        assertThat(calls)
                .hasSizeGreaterThan(100)
                .filteredOn(call -> !FORWARDERS.contains(call.where()))
                .filteredOn(
                        call -> rows.stream().noneMatch(row -> call.literals().contains(row.fragment())))
                .as("calls whose message has no row in %s", PAGE)
                .isEmpty();
    }

    @Test
    void leavesOutOnlyCallsThatPassATextOn() {
        Set<String> known = new HashSet<>();
        calls.forEach(call -> known.add(call.where()));
        assertThat(known).containsAll(FORWARDERS);
    }

    /** The arguments of a call, up to its closing parenthesis. */
    private static String arguments(String text, int begin) {
        int depth = 1;
        boolean quoted = false;
        for (int i = begin; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && c == '(') {
                depth++;
            } else if (!quoted && c == ')' && --depth == 0) {
                return text.substring(begin, i);
            }
        }
        throw new AssertionError("no end of a call in " + text.substring(begin));
    }

    /** What the variables among the arguments were made of last before the call. */
    private static String assignments(String before, String arguments) {
        StringBuilder found = new StringBuilder();
        NAME.matcher(LITERAL.matcher(arguments).replaceAll("")).results().forEach(name -> {
            Matcher value =
                    Pattern.compile("\\b" + name.group() + "\\s*=\\s*([^;=]+);").matcher(before);
            String last = "";
            while (value.find()) {
                last = value.group(1);
            }
            found.append(' ').append(last);
        });
        return found.toString();
    }

    private static String literals(String arguments) {
        StringBuilder literals = new StringBuilder();
        LITERAL.matcher(arguments)
                .results()
                .forEach(literal -> literals.append(literal.group(1)).append('\n'));
        return literals.toString().replace("\\\"", "\"").strip();
    }
}
