package dev.mesosshuffle.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.concurrent.ThreadShortageException;
import dev.mesosshuffle.logging.ErrorMessages;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class DiskRefusalsTest {
    @Test
    void saysThatNoThreadCanBeMade() {
        RejectedExecutionException shortage =
                new ThreadShortageException(new OutOfMemoryError("unable to create native thread"));
        assertThat(DiskRefusals.reason(shortage, "reads"))
                .isEqualTo("no thread can be made for it; see the log of the shuffle service");
        assertThat(ErrorMessages.of(shortage))
                .startsWith("no thread can be made")
                .doesNotContain("too much");
    }

    @Test
    void saysThatTooMuchWaitsInWordsOfItsOwn() {
        RejectedExecutionException full = new RejectedExecutionException("Task java.util@1 rejected from pool@2");
        assertThat(DiskRefusals.reason(full, "reads"))
                .startsWith("too many reads wait for it")
                .doesNotContain("java.util", "thread");
        assertThat(ErrorMessages.of(full)).isEqualTo("too much is waiting already");
    }
}
