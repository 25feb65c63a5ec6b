package dev.mesosshuffle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LastResortTest {
    @Test
    void doesNotEndTheProcessBecauseOneThreadCouldNotBeMade() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        // Were it to end the process, this test would be its last one.
        new LastResort(new PrintStream(err, true, StandardCharsets.UTF_8))
                .uncaughtException(
                        Thread.currentThread(), new OutOfMemoryError("unable to create native thread: limits reached"));
        assertThat(err.size()).isZero();
    }
}
