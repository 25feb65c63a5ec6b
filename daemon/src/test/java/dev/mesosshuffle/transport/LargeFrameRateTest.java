package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.testing.ManualTicker;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One MiB a second, after a burst of four. */
class LargeFrameRateTest {
    private static final int MIB = 1 << 20;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Counter delayed = new Counter();
    private final ManualTicker ticker = new ManualTicker();
    private final LargeFrameRate rate = new LargeFrameRate(MIB, 4 * MIB, ticker, delayed);

    @Test
    void aBurstDoesNotWait() {
        assertThat(IntStream.range(0, 4).mapToLong(i -> rate.delayNanos("a", MIB)))
                .containsOnly(0L);
        assertThat(delayed.getCount()).isZero();
    }

    @Test
    void whatComesAfterABurstWaitsForItsTurn() {
        rate.delayNanos("a", 4 * MIB);
        assertThat(rate.delayNanos("a", MIB)).isEqualTo(SECOND);
        assertThat(rate.delayNanos("a", 2 * MIB)).isEqualTo(3 * SECOND);
        assertThat(delayed.getCount()).isEqualTo(2);
    }

    @Test
    void othersDoNotWaitForAnAddressThatSendsTooMuch() {
        assertThat(rate.delayNanos("a", 16 * MIB)).isEqualTo(12 * SECOND);
        assertThat(rate.delayNanos("b", 4 * MIB)).isZero();
    }

    @Test
    void shorterFramesNeitherWaitNorCount() {
        for (int i = 0; i < 100; i++) {
            assertThat(rate.delayNanos("a", MIB - 1)).isZero();
        }
        rate.delayNanos("a", 16 * MIB);
        assertThat(rate.delayNanos("a", MIB - 1)).isZero();
        assertThat(rate.delayNanos("a", MIB)).isEqualTo(13 * SECOND);
    }

    @Test
    void timeRestoresTheBurstAndNoMore() {
        rate.delayNanos("a", 8 * MIB);
        ticker.pass(Duration.ofSeconds(8));
        assertThat(rate.delayNanos("a", 4 * MIB)).isZero();
        ticker.pass(Duration.ofHours(1));
        assertThat(rate.delayNanos("a", 4 * MIB)).isZero();
        assertThat(rate.delayNanos("a", MIB)).isEqualTo(SECOND);
    }

    @Test
    void whatWouldWaitForTooLongIsRefusedAndDoesNotCount() {
        rate.delayNanos("a", 4 * MIB);
        assertThat(rate.delayNanos("a", 16 * MIB)).isEqualTo(16 * SECOND);
        assertThat(rate.delayNanos("a", 4 * MIB)).isEqualTo(20 * SECOND);
        for (int i = 0; i < 1000; i++) {
            assertThat(rate.delayNanos("a", MIB)).isEqualTo(LargeFrameRate.REFUSED);
        }
        ticker.pass(Duration.ofSeconds(1));
        assertThat(rate.delayNanos("a", MIB)).isEqualTo(20 * SECOND);
    }

    @Test
    void addressesAreForgottenWhenTheirPlacesAreNeededAndTheyMaySendABurstAgain() {
        fill(MIB);
        ticker.pass(Duration.ofSeconds(1));
        rate.delayNanos("late", 2 * MIB);
        assertThat(rate.addresses()).isOne();
    }

    @Test
    void anAddressThatMayNotIsRemembered() {
        rate.delayNanos("a", 16 * MIB);
        ticker.pass(Duration.ofSeconds(1));
        fill(MIB);
        ticker.pass(Duration.ofSeconds(2));
        rate.delayNanos("late", MIB);
        assertThat(rate.addresses()).isEqualTo(2);
        assertThat(rate.delayNanos("a", MIB)).isEqualTo(10 * SECOND);
    }

    @Test
    void addressesForWhichThereIsNoPlaceShareOne() {
        fill(8 * MIB);
        assertThat(rate.addresses()).isEqualTo(LargeFrameRate.MAX_ADDRESSES);
        assertThat(rate.delayNanos("a", 4 * MIB)).isZero();
        assertThat(rate.delayNanos("b", MIB)).as("after the other").isEqualTo(SECOND);
        assertThat(rate.delayNanos(1, MIB)).as("with an entry of its own").isEqualTo(5 * SECOND);
        assertThat(rate.addresses()).isEqualTo(LargeFrameRate.MAX_ADDRESSES + 1);

        // Their debt is paid first.
        ticker.pass(Duration.ofSeconds(5));
        assertThat(rate.delayNanos("b", 4 * MIB)).isZero();
        ticker.pass(Duration.ofSeconds(3));
        assertThat(rate.delayNanos("c", 4 * MIB))
                .as("the others have made room")
                .isZero();
        assertThat(rate.addresses()).isEqualTo(3);
    }

    @Test
    void paidDebtsAreLookedForOnlyNowAndThen() {
        fill(MIB);
        rate.delayNanos("a", MIB);
        ticker.pass(Duration.ofSeconds(1));
        rate.delayNanos("b", MIB);
        assertThat(rate.addresses()).as("all but b have paid").isOne();

        fill(MIB);
        ticker.pass(Duration.ofSeconds(1).minusNanos(1));
        rate.delayNanos("c", MIB);
        assertThat(rate.addresses()).as("one nanosecond early").isEqualTo(LargeFrameRate.MAX_ADDRESSES + 1);
        ticker.pass(Duration.ofNanos(LargeFrameRate.SEARCH_INTERVAL_NANOS - 1));
        rate.delayNanos("d", MIB);
        assertThat(rate.addresses()).as("the last search was a moment ago").isEqualTo(LargeFrameRate.MAX_ADDRESSES + 1);
        ticker.pass(Duration.ofNanos(1));
        rate.delayNanos("e", MIB);
        assertThat(rate.addresses()).as("e, and the one that c and d share").isEqualTo(2);
    }

    /** Has as many addresses send so much as there are entries. */
    private void fill(int bytes) {
        for (int i = 0; rate.addresses() < LargeFrameRate.MAX_ADDRESSES; i++) {
            rate.delayNanos(i, bytes);
        }
    }
}
