package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the time of a large block is charged to: the disk or the peer. */
class DiskWaitTest extends WrittenReplies {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void chargesTheDiskWithItsLastWindowThoughThePeerTakesItAtOnce(boolean encrypted) throws Exception {
        sendTwoWindows(encrypted);
        now.addAndGet(1000);
        peer.readAll();
        now.addAndGet(60);
        peer.readsAtOnce = true;
        diskAnswers();
        assertThat(answered).hasValue(1);
        assertThat(diskWaitNanos).hasValue(60);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void chargesTheDiskWithAWindowThatItCouldNotRead(boolean encrypted) throws Exception {
        sendTwoWindows(encrypted);
        peer.readAll();
        now.addAndGet(60);
        file.fail(new IOException("disk"));
        channel.runPendingTasks();
        assertThat(answered).hasValue(1);
        assertThat(diskWaitNanos).hasValue(60);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void chargesThePeerWithAWindowThatWasReadWhileItTookAnother(boolean encrypted) throws Exception {
        sendTwoWindows(encrypted);
        now.addAndGet(60);
        diskAnswers();
        now.addAndGet(60);
        peer.readAll();
        assertThat(answered).hasValue(1);
        assertThat(diskWaitNanos).hasValue(0);
    }

    /** A block of one byte more than is there at first. */
    private void sendTwoWindows(boolean encrypted) throws IOException {
        if (encrypted) {
            writer.sendCopies();
        }
        send((encrypted ? ReplyBufferPool.SHARED_BYTES - HEAD : WINDOW) + 1);
    }
}
