package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code docs/operations.md} names every WARN and ERROR of the code, and no other. */
final class OperationsPageTest {
    private static final Path PAGE = Path.of("../docs/operations.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\|");
    private static final Pattern CONCATENATION = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final Pattern CALL = Pattern.compile("\\b\\w*[lL]og(?:ger)?\\.(?:warn|error)\\(");
    private static final Pattern LITERAL = Pattern.compile("\"((?:\\\\.|[^\"\\\\])*)\"");

    /** Shorter literals are labels or separators of a text that is passed through. */
    private static final int SHORTEST_MESSAGE = 12;

    /** Log what other classes, whose literals are checked instead, pass to them. */
    private static final Set<String> FORWARDERS = Set.of(
            "OutageLogger.java", "RateLimitedLogger.java", "LoadShedder.java", "BlockFailures.java", "Failures.java");

    private static List<String> fragments;
    private static List<Source> sources;

    private record Source(Path file, String text) {}

    @BeforeAll
    static void read() throws IOException {
        String page = Files.readString(PAGE);
        fragments = ROW.matcher(page.substring(page.indexOf("## Messages")))
                .results()
                .map(row -> row.group(1))
                .toList();
        sources = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                sources.add(new Source(
                        file, CONCATENATION.matcher(Files.readString(file)).replaceAll("")));
            }
        }
    }

    @Test
    void namesOnlyMessagesThatTheCodeHas() {
        assertThat(fragments)
                .hasSizeGreaterThan(50)
                .allSatisfy(fragment -> assertThat(sources)
                        .anyMatch(source -> source.text().replace("\\\"", "\"").contains(fragment)));
    }

    @Test
    void namesEveryWarningAndErrorOfTheCode() {
        List<String> missing = new ArrayList<>();
        for (Source source : sources) {
            if (FORWARDERS.contains(source.file().getFileName().toString())) {
                continue;
            }
            Matcher call = CALL.matcher(source.text());
            while (call.find()) {
                String message = literals(arguments(source.text(), call.end()));
                if (message.length() >= SHORTEST_MESSAGE && fragments.stream().noneMatch(message::contains)) {
                    missing.add(source.file().getFileName() + ": " + message);
                }
            }
        }
        assertThat(missing).as("messages without a row in %s", PAGE).isEmpty();
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

    private static String literals(String arguments) {
        StringBuilder literals = new StringBuilder();
        LITERAL.matcher(arguments)
                .results()
                .forEach(literal -> literals.append(literal.group(1)).append('\n'));
        return literals.toString().replace("\\\"", "\"").strip();
    }
}
