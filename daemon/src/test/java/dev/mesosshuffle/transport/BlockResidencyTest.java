package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** How a large block is sent whose windows are in the page cache, or leave it. */
class BlockResidencyTest extends WrittenReplies {
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
}
