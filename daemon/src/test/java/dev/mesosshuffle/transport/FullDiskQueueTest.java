package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.protocol.Reply;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A block whose disk's queue is full in the middle of it. */
class FullDiskQueueTest extends WrittenReplies {
    @BeforeEach
    void stopTime() {
        channel.freezeTime();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnOnceTheQueueTakesTheRead(boolean copies) throws Exception {
        sendFirstPart(copies);
        pass(WindowRead.RETRY_MILLIS - 1);
        file.setQueueFull(false);
        assertThat(file.waiting()).isZero();
        pass(1);
        assertThat(file.waiting()).isOne();
        assertThat(file.client()).as("the connection's turn").isSameAs(this);
        while (!writer.isIdle()) {
            file.answer();
            channel.runPendingTasks();
            peer.readAll();
        }
        assertThat(listener.unreadable).isNull();
        assertThat(peer.received.size()).isEqualTo(Reply.chunk(1, 0, FILE).encodedLength() + FILE);
        assertThat(answered).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsAfterManyTries(boolean copies) throws Exception {
        sendFirstPart(copies);
        for (int tries = 1; tries < WindowRead.MAX_TRIES; tries++) {
            assertThat(listener.unreadable).isNull();
            pass(WindowRead.RETRY_MILLIS);
        }
        assertThat(listener.unreadable).isInstanceOf(RejectedExecutionException.class);
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(1);
        assertThat(buffers.usedBytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsWithTheConnection(boolean copies) throws Exception {
        sendFirstPart(copies);
        // The channel's own method would drop what is scheduled.
        var unused = channel.pipeline().close();
        pass(WindowRead.RETRY_MILLIS);
        assertThat(file.released()).isOne();
        assertThat(answered).hasValue(1);
        assertThat(buffers.usedBytes()).isZero();
    }

    private void sendFirstPart(boolean copies) throws Exception {
        if (copies) {
            writer.sendCopies();
        }
        file.setQueueFull(true);
        send(FILE);
        peer.readAll();
        channel.runPendingTasks();
        assertThat(file.waiting()).isZero();
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }
}
