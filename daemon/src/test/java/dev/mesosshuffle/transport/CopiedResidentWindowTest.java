package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Parts of large blocks that are in the page cache while others are sent. */
class CopiedResidentWindowTest extends CopiedReplies {
    @Test
    void readsAResidentWindowOnTheEventLoopWhenItCanBeSent() throws Exception {
        file.setResident(FILE);
        send(FILE);
        assertThat(buffers.usedBytes()).as("nothing is read ahead").isEqualTo(BUFFER);
        for (int windows = 1; !peer.waiting.isEmpty(); windows++) {
            assertThat(peer.waiting).hasSize(1);
            assertThat(file.waiting()).as("for the disk's threads").isZero();
            peer.read(BUFFER);
            assertThat(received()).hasSize(Math.min(windows * BUFFER, HEAD + FILE));
            channel.runPendingTasks();
        }
        assertThat(received()).isEqualTo(frame(FILE));
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isOne();
    }

    @Test
    void givesOtherConnectionsATurnAfterSomeResidentWindows() throws Exception {
        AtomicInteger sentBeforeOthers = new AtomicInteger();
        file.setResident(FILE);
        peer.readsAtOnce = true;
        peer.onFlush = () -> {
            peer.onFlush = () -> {};
            channel.eventLoop().execute(() -> sentBeforeOthers.set(received().length));
        };
        send(FILE);
        channel.runPendingTasks();
        assertThat(sentBeforeOthers).hasValue((1 + CopiedBlockTransfer.WINDOWS_PER_TURN) * BUFFER);
        assertThat(received()).isEqualTo(frame(FILE));
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isOne();
    }

    @Test
    void readsByTheDiskWhatIsNotResidentAnyMore() throws Exception {
        file.setResident(FIRST, FIRST + BUFFER);
        send(FILE);
        peer.read(BUFFER);
        assertThat(peer.waiting).as("the resident window").hasSize(1);
        assertThat(file.waiting()).as("the one behind it").isOne();
        readOn();
        assertThat(received()).isEqualTo(frame(FILE));
    }

    @Test
    void endsAResidentBlockWhoseConnectionBreaks() throws Exception {
        file.setResident(FILE);
        peer.readsAtOnce = true;
        send(FILE);
        peer.readsAtOnce = false;
        channel.runPendingTasks();
        peer.breakConnection();
        channel.runPendingTasks();
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(1);
        assertThat(buffers.usedBytes()).isZero();
    }

    @Test
    void tellsWhenAResidentWindowCannotBeRead() throws Exception {
        file.setResident(FILE);
        send(FILE);
        try (FileChannel writable = FileChannel.open(temp.resolve("data"), StandardOpenOption.WRITE)) {
            writable.truncate(FIRST);
        }
        peer.readAll();
        assertThat(listener.unreadable).isInstanceOf(EOFException.class);
        assertThat(received()).hasSize(BUFFER);
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(1);
    }
}
