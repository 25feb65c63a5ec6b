package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.memory.ByteBudget;
import org.junit.jupiter.api.Test;

class AnswerLimitTest {
    private static final int OBJECTS = 256;

    private final ByteBudget budget = ByteBudget.of(4 * 100_000);
    private final AnswerLimit limit = new AnswerLimit(budget);

    @Test
    void isFullAtItsShareAndNotBelow() {
        limit.add(99_999 - OBJECTS);
        assertThat(limit.isFull()).isFalse();
        limit.add(1);
        assertThat(limit.isFull()).isTrue();
        limit.remove(1);
        assertThat(limit.isFull()).isFalse();
        limit.remove(99_999 - OBJECTS);
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void allowsALongAnswerUpToItsShareAndCountsARefusal() {
        limit.add(0);
        assertThat(limit.maxBytes(100_000 - 2 * OBJECTS)).isEqualTo(100_000 - 2 * OBJECTS);
        assertThat(budget.refusals()).isZero();
        assertThat(limit.maxBytes(100_000 - 2 * OBJECTS + 1)).isEqualTo(100_000 - 2 * OBJECTS);
        assertThat(budget.refusals()).isOne();
    }

    @Test
    void guaranteesEachConnectionALittleHoweverMuchOthersHold() {
        budget.reserve(budget.maxBytes());
        limit.add(AnswerLimit.GUARANTEED_BYTES - OBJECTS - 1);
        assertThat(limit.isFull()).isFalse();
        limit.add(0);
        assertThat(limit.isFull()).isTrue();
        assertThat(limit.maxBytes(1)).isZero();
    }

    @Test
    void aConnectionWithoutAnAnswerMayHaveALongOneHoweverMuchOthersHold() {
        budget.reserve(budget.maxBytes());
        int first = AnswerLimit.FIRST_ANSWER_BYTES - OBJECTS;
        assertThat(limit.maxBytes(first)).isEqualTo(first);
        assertThat(budget.refusals()).isZero();
        assertThat(limit.maxBytes(first + 1)).isEqualTo(first);
        assertThat(budget.refusals()).isOne();
        limit.add(0);
        assertThat(limit.maxBytes(first)).isEqualTo(AnswerLimit.GUARANTEED_BYTES - 2 * OBJECTS);
    }
}
