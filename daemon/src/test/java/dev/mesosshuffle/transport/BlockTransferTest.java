package dev.mesosshuffle.transport;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.protocol.Reply;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class BlockTransferTest extends WrittenReplies {
    private static final int LONG = 6 * WINDOW;

    @Test
    void givesALargeBlocksFileBackWhenItWasSent() throws Exception {
        send(SMALL + 1);
        assertThat(file.released()).isZero();
        peer.readAll();
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(1);
    }

    @Test
    void handsEachWindowOfALargeBlockToTheChannelOnlyWhenTheDiskHasItReady() throws Exception {
        send(FILE);
        assertThat(peer.regions()).isEqualTo(1);
        assertThat(file.waiting()).isEqualTo(1);
        peer.readAll();
        assertThat(peer.regions()).isZero();
        diskAnswers();
        assertThat(peer.regions()).isEqualTo(1);
        diskAnswers();
        assertThat(file.waiting()).isZero();
        assertThat(answered).hasValue(0);
        peer.readAll();
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isEqualTo(1);
        assertThat(received()).isEqualTo(frame(FILE));
    }

    @Test
    void doesNotReadFarAheadOfAPeerThatDoesNotRead() throws Exception {
        send(FILE);
        diskAnswers();
        assertThat(peer.regions()).isEqualTo(1);
        assertThat(file.waiting()).isZero();
        peer.readAll();
        assertThat(file.waiting()).isEqualTo(1);
        diskAnswers();
        peer.readAll();
        assertThat(received()).isEqualTo(frame(FILE));
    }

    @Test
    void letsNothingComeBetweenTheWindowsOfABlock() throws Exception {
        file.setResident(FILE);
        send(FILE);
        writer.queue(Reply.done(7));
        writer.flush();
        evictAll();
        peer.readAll();
        assertThat(listener.sent).isZero();
        file.setResident(2 * WINDOW);
        diskAnswers();
        peer.readAll();
        assertThat(listener.sent).isZero();
        file.setResident(FILE);
        diskAnswers();
        peer.readAll();
        assertThat(listener.sent).isEqualTo(2);
        assertThat(received()).startsWith(frame(FILE)).endsWith(bytes(Reply.done(7)));
    }

    @Test
    void tellsWhenABlockCannotBeReadOnAndGivesItBack() throws Exception {
        send(FILE);
        peer.readAll();
        file.fail(new IOException("disk"));
        channel.runPendingTasks();
        assertThat(listener.unreadable).hasMessage("disk");
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(1);
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void givesABlockBackWhenMemoryRunsOutAsAPartWasLoaded() throws Exception {
        send(FILE);
        peer.readAll();
        file.runOutOfMemory();
        diskAnswers();
        peer.readAll();
        assertThatThrownBy(channel::checkException).isInstanceOf(OutOfMemoryError.class);
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(1);
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void givesABlockBackWhenMemoryRunsOutAsAPartWasSent() throws Exception {
        send(FILE);
        diskAnswers();
        file.runOutOfMemory();
        peer.readAll();
        assertThatThrownBy(channel::checkException).isInstanceOf(OutOfMemoryError.class);
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(1);
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void givesOtherConnectionsATurnAfterSomeResidentWindows() throws Exception {
        openLongFile();
        send(LONG);
        // As a socket with room does, again and again.
        peer.readWaiting();
        assertThat(received()).hasSize(HEAD + BlockTransfer.WINDOWS_PER_TURN * WINDOW);
        assertThat(peer.waiting).isEmpty();
        assertThat(answered).hasValue(0);
        channel.runPendingTasks();
        peer.readAll();
        assertThat(received()).hasSize(HEAD + LONG).endsWith(block(LONG, 1));
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isOne();
    }

    @Test
    void takesNoTurnForAShorterBlock() throws Exception {
        openLongFile();
        send(BlockTransfer.WINDOWS_PER_TURN * WINDOW);
        peer.readWaiting();
        assertThat(answered).hasValue(1);
    }

    @Test
    void endsABlockWhoseConnectionBreaksAfterOthersHadTheirTurn() throws Exception {
        openLongFile();
        send(LONG);
        peer.readWaiting();
        channel.runPendingTasks();
        peer.breakConnection();
        channel.runPendingTasks();
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(1);
    }

    private void openLongFile() throws IOException {
        file.close();
        file = new TestFile(Files.write(temp.resolve("long"), block(LONG, 1)));
        file.setResident(LONG);
    }

    @Test
    void keepsABlockOpenWhileTheChannelHasAPartOfIt() throws Exception {
        send(FILE);
        file.fail(new IOException("disk"));
        channel.runPendingTasks();
        assertThat(listener.unreadable).hasMessage("disk");
        assertThat(file.released()).isZero();
        peer.breakConnection();
        assertThat(file.released()).isEqualTo(1);
        assertThat(writer.isIdle()).isTrue();
    }

    @Test
    void keepsABlockOpenWhileTheDiskReadsIt() throws Exception {
        send(FILE);
        peer.breakConnection();
        assertThat(file.released()).isZero();
        diskAnswers();
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(1);
        assertThat(peer.waiting).isEmpty();
    }

    private void evictAll() {
        file.setResident(0);
        now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
    }
}
