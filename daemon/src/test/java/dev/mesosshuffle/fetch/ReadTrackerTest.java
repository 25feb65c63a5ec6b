package dev.mesosshuffle.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

class ReadTrackerTest {
    private final ReadTracker reads = new ReadTracker(System::nanoTime);

    @Test
    void tellsAnApplicationThatIsReadFromOneThatIsNot() {
        reads.readStarted("read");
        assertThat(reads.isRead("read")).isTrue();
        assertThat(reads.isRead("other")).isFalse();
    }

    @Test
    void anApplicationIsReadUntilItsLastReadIsOver() {
        reads.readStarted("app");
        reads.readStarted("app");
        reads.readFinished("app");
        assertThat(reads.isRead("app")).isTrue();
        reads.readFinished("app");
        assertThat(reads.isRead("app")).isFalse();
    }

    @Test
    void countsChunksInAndOut() {
        reads.chunkRequested();
        reads.chunkRequested();
        reads.chunksFinished(1);
        assertThat(reads.chunksInFlight()).isEqualTo(1);
    }

    @Test
    void pinsNothingForABlockThatCannotBeTracked() {
        ReadTracker failing = new ReadTracker(() -> {
            throw new OutOfMemoryError("for a test");
        });
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> failing.sendStarted("app", new FakeConnection()));
        assertThat(failing.isRead("app")).isFalse();
    }
}
