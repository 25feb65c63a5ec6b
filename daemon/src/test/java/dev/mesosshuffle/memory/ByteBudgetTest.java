package dev.mesosshuffle.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ByteBudgetTest {
    private final ByteBudget whole = ByteBudget.of(100);

    @Test
    void grantsUpToItsLimitAndNoMore() {
        assertThat(whole.tryReserve(100)).isTrue();
        assertThat(whole.tryReserve(1)).isFalse();
        assertThat(whole.usedBytes()).isEqualTo(100);

        whole.release(1);

        assertThat(whole.tryReserve(1)).isTrue();
    }

    @Test
    void countsTheBytesOfItsShares() {
        ByteBudget one = whole.share(60);
        ByteBudget other = whole.share(60);

        assertThat(one.tryReserve(60)).isTrue();
        assertThat(other.tryReserve(41)).isFalse();
        assertThat(other.usedBytes()).isZero();
        assertThat(other.tryReserve(40)).isTrue();
        assertThat(whole.usedBytes()).isEqualTo(100);
    }

    @Test
    void limitsAShareThoughTheWholeIsFree() {
        assertThat(whole.share(10).tryReserve(11)).isFalse();
        assertThat(whole.usedBytes()).isZero();
    }

    @Test
    void leavesPartOfTheRestToFurtherFairShares() {
        ByteBudget first = whole.fairShare(2);
        ByteBudget second = whole.fairShare(2);

        assertThat(first.tryReserve(51)).isFalse();
        assertThat(first.tryReserve(50)).isTrue();
        assertThat(second.freeBytes()).isEqualTo(25);
        assertThat(second.tryReserve(26)).isFalse();
        assertThat(second.tryReserve(25)).isTrue();
        assertThat(whole.fairShare(2).tryReserve(12)).isTrue();

        first.releaseAll();
        assertThat(second.freeBytes()).isEqualTo(19);
        assertThat(second.tryReserve(19)).isTrue();
    }

    @Test
    void countsRefusalsOnceInTheWholeToo() {
        ByteBudget share = whole.share(10);
        assertThat(share.tryReserve(10)).isTrue();
        assertThat(share.tryReserve(1)).isFalse();
        assertThat(whole.tryReserve(91)).isFalse();

        assertThat(share.refusals()).isEqualTo(1);
        assertThat(whole.refusals()).isEqualTo(2);
    }

    @Test
    void hasNothingFreeAboveItsLimit() {
        ByteBudget share = whole.share(60);
        assertThat(share.freeBytes()).isEqualTo(60);
        whole.reserve(70);
        assertThat(share.freeBytes()).isEqualTo(30);
        whole.reserve(70);
        assertThat(share.freeBytes()).isZero();
    }

    @Test
    void releasesAllOfAShareAtOnce() {
        ByteBudget share = whole.share(60);
        share.tryReserve(20);
        share.tryReserve(30);

        assertThat(share.releaseAll()).isEqualTo(50);
        assertThat(share.releaseAll()).isZero();
        assertThat(whole.usedBytes()).isZero();
    }

    @Test
    void countsWhatExistsAlreadyAboveItsLimit() {
        whole.share(10).reserve(150);

        assertThat(whole.usedBytes()).isEqualTo(150);
        assertThat(whole.tryReserve(1)).isFalse();
        assertThat(whole.tryReserve(0)).isTrue();
        assertThat(whole.refusals()).isEqualTo(1);
    }

    @Test
    void cannotOverflow() {
        assertThat(whole.tryReserve(1)).isTrue();
        assertThat(whole.tryReserve(Long.MAX_VALUE)).isFalse();
        assertThat(whole.usedBytes()).isEqualTo(1);
    }

    @Test
    void rejectsNegativeNumbers() {
        assertThatThrownBy(() -> whole.tryReserve(-1)).hasMessage("bytes: -1 (expected: >= 0)");
        assertThatThrownBy(() -> whole.release(-1)).hasMessage("bytes: -1 (expected: >= 0)");
        assertThatThrownBy(() -> ByteBudget.of(-1)).hasMessage("budget: -1 bytes (expected: >= 0)");
    }
}
