package dev.mesosshuffle.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimsTest {
    private final Claims claims = new Claims();

    @ParameterizedTest
    @ValueSource(strings = {"x/blockmgr-1", "x/blockmgr-1/y/blockmgr-2", "x"})
    void conflictsWithTheSameDirAndOneInsideOrAbove(String path) {
        claims.restore("app-1", dir("x/blockmgr-1"));

        Claims.Claim conflict = claims.conflict("app-2", dir(path));

        assertThat(conflict).isNotNull();
        assertThat(conflict.appId()).isEqualTo("app-1");
        assertThat(conflict.dir()).isEqualTo(dir("x/blockmgr-1"));
        assertThat(claims.conflict("app-1", dir(path))).as("its own").isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x/blockmgr-10", "x/blockmgr-", "x/blockmgr-1.", "x/blockmgr-1-", "blockmgr-1", "y/blockmgr-1"})
    void hasNothingAgainstADirBeside(String path) {
        claims.restore("app-1", dir("x/blockmgr-1"));

        assertThat(claims.conflict("app-2", dir(path))).isNull();
    }

    @Test
    void findsAnotherOnesDirAmongItsOwn() {
        claims.restore("app-1", dir("x/a"));
        claims.restore("app-2", dir("x/b"));
        claims.restore("app-1", dir("x/c"));

        Claims.Claim conflict = claims.conflict("app-1", dir("x"));

        assertThat(conflict).isNotNull();
        assertThat(conflict.appId()).isEqualTo("app-2");
    }

    @Test
    void conflictsAlsoAcrossRootsThatContainEachOther() {
        claims.restore("app-1", new LocalDir(Path.of("/data"), Path.of("/data/x/blockmgr-1")));

        assertThat(claims.conflict(
                        "app-2", new LocalDir(Path.of("/data/x/blockmgr-1"), Path.of("/data/x/blockmgr-1/blockmgr-2"))))
                .isNotNull();
    }

    @Test
    void isFreeOnceTheOnlyRegistrationHasFailed() {
        Claims.Claim claim = claims.hold("app-1", dir("x"));
        assertThat(claims.conflict("app-2", dir("x"))).isSameAs(claim);

        assertThat(claims.release(claim)).isTrue();

        assertThat(claims.conflict("app-2", dir("x"))).isNull();
    }

    @Test
    void staysWhenOneOfTwoRegistrationsHasFailed() {
        Claims.Claim first = claims.hold("app-1", dir("x"));
        Claims.Claim second = claims.hold("app-1", dir("x"));

        assertThat(claims.release(first)).isFalse();

        assertThat(claims.conflict("app-2", dir("x"))).isNotNull();
        claims.keep(second);
        assertThat(claims.conflict("app-2", dir("x"))).isNotNull();
    }

    @Test
    void staysWhenAnEarlierRegistrationWasPersisted() {
        claims.restore("app-1", dir("x"));

        assertThat(claims.release(claims.hold("app-1", dir("x")))).isFalse();

        assertThat(claims.conflict("app-2", dir("x"))).isNotNull();
    }

    @Test
    void isFreeOnceItsApplicationIsOver() {
        Claims.Claim claim = claims.restore("app-1", dir("x"));
        claims.restore("app-1", dir("y"));

        claims.remove(claim);

        assertThat(claims.conflict("app-2", dir("x"))).isNull();
        assertThat(claims.conflict("app-2", dir("y"))).isNotNull();
    }

    private static LocalDir dir(String path) {
        return new LocalDir(Path.of("/data"), Path.of("/data").resolve(path));
    }
}
