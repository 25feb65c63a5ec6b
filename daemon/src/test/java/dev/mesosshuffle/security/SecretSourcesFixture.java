package dev.mesosshuffle.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.testing.ManualTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.AbstractStringAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Files with secrets, and a clock that the test advances. */
abstract class SecretSourcesFixture {
    @TempDir
    Path temp;

    Path dir;
    final ManualTicker ticker = new ManualTicker();

    @BeforeEach
    void setUp() throws IOException {
        dir = Files.createDirectory(temp.toRealPath().resolve("etc"));
    }

    SecretSources open(SecretSettings settings) throws SecretException {
        return SecretSources.open(settings, ticker);
    }

    static String text(@Nullable ApplicationSecret secret) {
        return secret == null ? "(none)" : new String(secret.utf8(), UTF_8);
    }

    AbstractStringAssert<?> assertError(SecretSettings settings) {
        return assertThatExceptionOfType(SecretException.class)
                .isThrownBy(() -> open(settings))
                .withNoCause()
                .extracting(SecretException::getMessage)
                .asString();
    }

    Path file(String name, String content) throws IOException {
        Path file = Files.createFile(
                dir.resolve(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }

    static SecretSettings settings(
            @Nullable ApplicationSecret environment,
            @Nullable ApplicationSecret literal,
            @Nullable Path encodedFile,
            @Nullable Path plainFile,
            @Nullable Path applicationsFile) {
        return new SecretSettings(environment, literal, false, encodedFile, plainFile, applicationsFile);
    }
}
