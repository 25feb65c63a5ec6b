package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.protocol.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever memory is missing for, replies are given back once, and the connection learns of it. */
class ScarceMemoryTest extends WrittenReplies {
    @AfterEach
    void haveMemoryAgain() {
        channel.failingPromises = 0;
        channel.failingTasks = 0;
    }

    @Test
    void givesBackAnAnswerThatCannotBeWrittenAndWritesTheNextOne() throws Exception {
        writer.queue(Reply.failed(1, "no"));
        writer.queue(Reply.failed(2, "no"));
        channel.failingPromises = 1;
        writer.flush();
        assertOutOfMemory();
        assertThat(listener.failures).isOne();
        assertThat(peer.waiting).hasSize(1);
        peer.readAll();
        assertThat(listener.sent).isOne();
        assertNothingIsHeld();
        assertThat(answers.usedBytes()).isZero();
    }

    @Test
    void givesBackAnAnswerThatCannotBeWrittenInATaskOfTheLoop() throws Exception {
        writer.queue(Reply.failed(1, "no"));
        channel.isOffLoop = true;
        writer.flush();
        channel.isOffLoop = false;
        channel.failingPromises = 1;
        channel.runPendingTasks();
        assertOutOfMemory();
        assertThat(listener.failures).isOne();
        assertNothingIsHeld();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givesBackABlockWhoseBeginningCannotBeWritten(boolean copies) throws Exception {
        sendCopies(copies);
        channel.failingPromises = 1;
        send(FILE);
        assertOutOfMemory();
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(1);
        writer.queue(Reply.done(7));
        writer.flush();
        assertThat(peer.waiting).as("nothing is in the middle of a block").hasSize(1);
        peer.readAll();
        assertNothingIsHeld();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givesBackABlockWhosePartWasReadAndCannotBeWritten(boolean copies) throws Exception {
        sendCopies(copies);
        send(FILE);
        peer.readAll();
        channel.failingPromises = 1;
        diskResponds();
        assertOutOfMemory();
        assertEnded();
    }

    @Test
    void givesBackACopiedBlockOfWhichAnotherPartIsInTheChannel() throws Exception {
        writer.sendCopies();
        send(FILE);
        channel.failingPromises = 1;
        diskResponds();
        assertOutOfMemory();
        assertThat(file.released()).isZero();
        peer.readAll();
        assertEnded();
    }

    @Test
    void givesBackACopiedBlockWhenMemoryRunsOutAsAPartWasSent() throws Exception {
        writer.sendCopies();
        send(FILE);
        diskResponds();
        file.runOutOfMemory();
        peer.readAll();
        assertOutOfMemory();
        assertEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givesBackABlockWhenMemoryRunsOutAsItBegins(boolean copies) throws Exception {
        sendCopies(copies);
        file.runOutOfMemory();
        send(FILE);
        assertOutOfMemory();
        peer.readAll();
        assertEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnIfTheLoopTakesTheEndOfAReadAtTheSecondTry(boolean copies) throws Exception {
        sendCopies(copies);
        send(WINDOW + 1);
        peer.readAll();
        channel.failingTasks = 1;
        while (!writer.isIdle()) {
            diskResponds();
            peer.readAll();
        }
        assertThat(peer.received.size()).isEqualTo(Reply.chunk(1, 0, WINDOW + 1).encodedLength() + WINDOW + 1);
        assertEnded();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closesIfTheLoopNeverTakesTheEndOfARead(boolean copies) throws Exception {
        sendCopies(copies);
        send(FILE);
        peer.readAll();
        channel.failingTasks = 2;
        diskResponds();
        assertThat(channel.isOpen()).isFalse();
        peer.breakConnection();
        while (file.waiting() > 0) {
            diskResponds();
        }
        assertEnded();
    }

    private void sendCopies(boolean copies) {
        if (copies) {
            writer.sendCopies();
        }
    }

    private void diskResponds() {
        file.answer();
        channel.runPendingTasks();
    }

    private void assertOutOfMemory() {
        assertThatThrownBy(channel::checkException).isInstanceOf(OutOfMemoryError.class);
    }

    private void assertEnded() {
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(1);
        assertNothingIsHeld();
    }

    private void assertNothingIsHeld() {
        assertThat(writer.isIdle()).isTrue();
        assertThat(buffers.usedBytes()).isZero();
    }
}
