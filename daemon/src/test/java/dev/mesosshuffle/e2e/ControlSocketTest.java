package dev.mesosshuffle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.admin.ControlClient;
import dev.mesosshuffle.admin.ControlException;
import dev.mesosshuffle.admin.ControlSocket;
import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.testing.ShortPathTempDirFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Applications in an operator's hand, through the socket of a whole daemon. */
final class ControlSocketTest extends RunningDaemon {
    @TempDir(factory = ShortPathTempDirFactory.class)
    Path state;

    @BeforeEach
    void restartWhereASocketCanBe() throws Exception {
        restart(config(IoMode.AUTO, LONG, Long.MAX_VALUE, state));
    }

    private String ask(String request) throws Exception {
        return ControlClient.send(ControlSocket.path(state, 0), request);
    }

    @Test
    void listsWhatIsThere() throws Exception {
        assertThat(ask("apps")).isEqualTo("No application is registered here.\n");
        connectAndRegister().close();
        assertThat(ask("apps").lines().toList().get(1))
                .matches(
                        "app +driverless +1 +\\d.*B +\\d+ m?s ago +expires in 2[34] h unless its files are used +its driver.*");
    }

    @Test
    void keepsOverARestartReleasesAndRemoves() throws Exception {
        connectAndRegister().close();
        assertThat(ask("keep app")).isEqualTo("Application app is kept until it is released.\n");
        restart(config(IoMode.AUTO, LONG, Long.MAX_VALUE, state));
        assertThat(ask("apps")).containsPattern("app +kept +1 ");
        assertThatThrownBy(() -> ask("remove app"))
                .isInstanceOf(ControlException.class)
                .hasMessage("application app is kept by an operator (expected: to be released before it is removed)");
        assertThat(ask("release app")).startsWith("Application app is released");
        assertThat(ask("remove app"))
                .isEqualTo("Application app is removed; 1 of its directories are being deleted.\n");
        assertThat(ask("apps")).isEqualTo("No application is registered here.\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "stop", "apps2", "Keep app"})
    void refusesWhatIsNoCommand(String request) {
        assertThatThrownBy(() -> ask(request))
                .hasMessage("request: " + request + " (expected: apps, keep APP, release APP or remove APP)");
    }

    @Test
    void startsWithoutItWhereItsPathIsTooLong() throws Exception {
        Path deep = root.resolve("x".repeat(120));
        restart(config(IoMode.AUTO, LONG, Long.MAX_VALUE, deep));
        connectAndRegister().close();
        assertThat(deep.resolve("control-0.sock")).doesNotExist();
    }
}
