package dev.mesosshuffle.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The files that list the keys say what the code says. What they should say is left in {@code target/documents}. */
class ConfigurationDocumentsTest {
    private static final Path TOP = Path.of("..");
    private static final String BEGIN = "<!-- generated: configuration -->\n";
    private static final String END = "<!-- end -->\n";

    @Test
    void theConfigurationFileNamesEveryKeyWithItsDefault() throws IOException {
        StringBuilder text = new StringBuilder("""
                # Settings of mesos-shuffle-service, in the syntax of spark-defaults.conf. Each key is shown with its default.
                #
                # They take precedence over $SPARK_CONF_DIR/spark-defaults.conf. --properties-file, -Dspark.* in SPARK_DAEMON_JAVA_OPTS
                # and --conf take precedence over them. "mesos-shuffle-service --check-config" prints each value and its source.
                """);
        for (ConfigKey<?> key : ConfigKeys.all()) {
            text.append("\n# ").append(key.description()).append('\n');
            text.append("# Value: ").append(key.expected()).append('\n');
            text.append("# ")
                    .append(key.name())
                    .append(key.defaultText().equals("(none)") ? "" : ' ' + key.defaultText());
            text.append('\n');
        }

        assertSame(TOP.resolve("config/mesos-shuffle-service.conf"), text.toString());
    }

    @Test
    void theConfigurationPageListsEveryKey() throws IOException {
        StringBuilder table = new StringBuilder("| key | default | meaning |\n| --- | --- | --- |\n");
        for (ConfigKey<?> key : ConfigKeys.all()) {
            String line =
                    "| `" + key.name() + "` | " + key.defaultText().replace("|", "\\|") + " | " + key.description();
            table.append(line).append(" |\n");
        }
        Path page = TOP.resolve("docs/configuration.md");
        String text = Files.readString(page);
        assertThat(text).as("the table's frame in %s", page).contains(BEGIN, END);
        int begin = text.indexOf(BEGIN) + BEGIN.length();

        assertSame(page, text.substring(0, begin) + table + text.substring(text.indexOf(END)));
    }

    private static void assertSame(Path file, String expected) throws IOException {
        Path wanted = Files.createDirectories(Path.of("target", "documents"))
                .resolve(file.getFileName().toString());
        Files.writeString(wanted, expected);
        assertThat(file).as("compare with %s", wanted).hasContent(expected);
    }
}
