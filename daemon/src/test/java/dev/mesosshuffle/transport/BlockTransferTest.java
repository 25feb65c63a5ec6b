package dev.mesosshuffle.transport;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.protocol.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BlockTransferTest extends WrittenReplies {
    private static final int HEAD = Reply.chunk(1, 0, 0).encodedLength();

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
    void doesNotAskTheDiskForWindowsThatAreInThePageCache() throws Exception {
        file.setResident(FILE);
        send(FILE);
        peer.readAll();
        assertThat(file.waiting()).isZero();
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isEqualTo(1);
        assertThat(received()).isEqualTo(frame(FILE));
    }

    @Test
    void asksTheDiskOnceAWindowIsNotInThePageCache() throws Exception {
        file.setResident(2 * WINDOW);
        send(FILE);
        peer.readAll();
        assertThat(answered).hasValue(0);
        assertThat(file.waiting()).isEqualTo(1);
        diskAnswers();
        peer.readAll();
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isEqualTo(1);
    }

    @Test
    void looksOnceAtAWindowThatLeavesAtOnce() throws Exception {
        file.setResident(FILE);
        send(FILE);
        now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS - 1);
        peer.readAll();
        assertThat(file.looks()).isEqualTo(2);
        assertThat(received()).isEqualTo(frame(FILE));
    }

    @Test
    void bringsAWindowBackThatLeftThePageCacheWhileItWaited() throws Exception {
        file.setResident(FILE);
        send(FILE);
        evictAll();
        peer.readAll();
        assertThat(received()).isEqualTo(Arrays.copyOf(frame(FILE), HEAD));
        assertThat(file.waiting()).isEqualTo(1);
        file.setResident(FILE);
        diskAnswers();
        peer.readAll();
        assertThat(file.waiting()).isZero();
        assertThat(received()).isEqualTo(frame(FILE));
        assertThat(answered).hasValue(1);
        assertThat(file.released()).isEqualTo(1);
    }

    @Test
    void bringsTheRestBackOfAWindowThatHadLeftInPart() throws Exception {
        file.setResident(FILE);
        send(FILE);
        peer.read(HEAD);
        peer.read(1000);
        now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
        peer.read(2000);
        assertThat(received()).isEqualTo(Arrays.copyOf(frame(FILE), HEAD + 3000));
        file.setResident(WINDOW - 1);
        now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
        peer.readAll();
        assertThat(received()).isEqualTo(Arrays.copyOf(frame(FILE), HEAD + 3000));
        assertThat(file.waiting()).isEqualTo(1);
        assertThat(file.asked()).isEqualTo(WINDOW);
        file.setResident(FILE);
        diskAnswers();
        peer.readAll();
        assertThat(received()).isEqualTo(frame(FILE));
        assertThat(answered).hasValue(1);
    }

    @Test
    void looksAgainAtAWindowThatTookLongToRead() throws Exception {
        file.setResident(WINDOW);
        send(FILE);
        peer.readAll();
        now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
        diskAnswers();
        peer.readAll();
        assertThat(received()).hasSize(HEAD + WINDOW);
        file.setResident(FILE);
        letAllGoOn();
        assertThat(received()).isEqualTo(frame(FILE));
    }

    @Test
    void looksOnceInAWhileAtAWindowThatWaits() throws Exception {
        file.setResident(FILE);
        send(WINDOW);
        peer.read(HEAD);
        assertThat(file.looks()).isZero();
        now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
        peer.read(1000);
        peer.read(1000);
        assertThat(file.looks()).isEqualTo(1);
        now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
        peer.read(1000);
        assertThat(file.looks()).isEqualTo(2);
    }

    @Test
    void doesNotMissWhatHasLeftAlready() throws Exception {
        file.setResident(FILE);
        send(WINDOW);
        peer.read(HEAD);
        peer.read(1000);
        file.setResident(1000, FILE);
        now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
        peer.readAll();
        assertThat(file.waiting()).isZero();
        assertThat(received()).isEqualTo(frame(WINDOW));
    }

    @Test
    void isDoneWithAWindowThatIsEvictedWhenAllOfItHasLeft() throws Exception {
        file.setResident(FILE);
        send(WINDOW);
        peer.read(HEAD);
        peer.read(WINDOW - 1);
        peer.read(1);
        evictAll();
        peer.readAll();
        assertThat(file.waiting()).isZero();
        assertThat(received()).isEqualTo(frame(WINDOW));
        assertThat(answered).hasValue(1);
    }

    @Test
    void bringsBackWhatIsMissingBeforeItGoesOnWithWhatTheDiskHadReadAhead() throws Exception {
        file.setResident(WINDOW);
        send(FILE);
        assertThat(file.waiting()).isEqualTo(1);
        evictAll();
        peer.readAll();
        assertThat(file.waiting()).isEqualTo(1);
        diskAnswers();
        assertThat(peer.regions()).isZero();
        assertThat(file.waiting()).isEqualTo(1);
        file.setResident(FILE);
        diskAnswers();
        peer.readAll();
        assertThat(received()).isEqualTo(frame(FILE));
        assertThat(answered).hasValue(1);
    }

    @Test
    void triesEverSmallerPartsOfWhatIsGoneEachTimeItWasBroughtBackAndSendsThemInTheEnd() throws Exception {
        file.setResident(0);
        send(WINDOW);
        int part = WINDOW;
        for (int i = 0; i < BlockTransfer.MAX_TRUNCATIONS; i++) {
            now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
            peer.readAll();
            assertThat(received()).hasSize(HEAD);
            answerWhatIsReadAhead();
            part /= 4;
            assertThat(file.asked()).isEqualTo(part);
            diskAnswers();
        }
        now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
        peer.readAll();
        assertThat(received()).hasSize(HEAD + part);
        file.setResident(WINDOW);
        letAllGoOn();
        assertThat(received()).isEqualTo(frame(WINDOW));
    }

    @Test
    void sendsWhatNobodyCanTellTheKernelHas() throws Exception {
        send(WINDOW);
        now.addAndGet(WindowFileRegion.REVALIDATE_AFTER_NANOS);
        peer.readAll();
        assertThat(file.waiting()).isZero();
        assertThat(received()).isEqualTo(frame(WINDOW));
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

    /** It began before it was known that what comes before it is missing. */
    private void answerWhatIsReadAhead() {
        if (file.waiting() > 0) {
            diskAnswers();
        }
    }

    private void letAllGoOn() throws IOException {
        while (file.waiting() > 0) {
            diskAnswers();
            peer.readAll();
        }
    }

    private void diskAnswers() {
        file.answer();
        channel.runPendingTasks();
    }

    private byte[] received() {
        return peer.received.toByteArray();
    }

    /** What a peer gets of the beginning of the file. */
    private static byte[] frame(int length) {
        byte[] frame = Arrays.copyOf(bytes(Reply.chunk(1, 0, length)), HEAD + length);
        System.arraycopy(block(FILE, 1), 0, frame, HEAD, length);
        return frame;
    }

    private static byte[] bytes(Reply reply) {
        ByteBuf encoded = Unpooled.buffer();
        reply.writeTo(encoded);
        return ByteBufUtil.getBytes(encoded);
    }
}
