package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.protocol.Reply;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class BlockTransferTest extends WrittenReplies {
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
        file.answer();
        channel.runPendingTasks();
        assertThat(peer.regions()).isEqualTo(1);
        file.answer();
        channel.runPendingTasks();
        assertThat(file.waiting()).isZero();
        assertThat(answered).hasValue(0);
        peer.readAll();
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isEqualTo(1);
    }

    @Test
    void doesNotReadFarAheadOfAPeerThatDoesNotRead() throws Exception {
        send(FILE);
        file.answer();
        channel.runPendingTasks();
        assertThat(peer.regions()).isEqualTo(2);
        assertThat(file.waiting()).isZero();
        peer.readAll();
        assertThat(file.waiting()).isEqualTo(1);
        file.answer();
        channel.runPendingTasks();
    }

    @Test
    void doesNotAskTheDiskForWindowsThatAreInThePageCache() throws Exception {
        file.setLoaded(FILE);
        send(FILE);
        assertThat(peer.regions()).isEqualTo(2);
        peer.readAll();
        assertThat(file.waiting()).isZero();
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isEqualTo(1);
    }

    @Test
    void asksTheDiskOnceAWindowIsNotInThePageCache() throws Exception {
        file.setLoaded(2 * WINDOW);
        send(FILE);
        peer.readAll();
        assertThat(answered).hasValue(0);
        assertThat(file.waiting()).isEqualTo(1);
        file.answer();
        channel.runPendingTasks();
        peer.readAll();
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isEqualTo(1);
    }

    @Test
    void letsNothingComeBetweenTheWindowsOfABlock() throws Exception {
        send(FILE);
        writer.queue(Reply.done(7));
        writer.flush();
        file.answer();
        channel.runPendingTasks();
        peer.readAll();
        assertThat(listener.sent).isZero();
        file.answer();
        channel.runPendingTasks();
        assertThat(peer.waiting.stream()
                        .map(written -> written.message().getClass().getSimpleName()))
                .first()
                .isEqualTo("WindowRegion");
        assertThat(peer.waiting).hasSize(2);
        peer.readAll();
        assertThat(listener.sent).isEqualTo(2);
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
    void keepsABlockOpenWhileTheDiskReadsIt() throws Exception {
        send(FILE);
        peer.breakConnection();
        assertThat(file.released()).isZero();
        file.answer();
        channel.runPendingTasks();
        assertThat(file.released()).isEqualTo(1);
        assertThat(answered).hasValue(1);
        assertThat(peer.waiting).isEmpty();
    }
}
