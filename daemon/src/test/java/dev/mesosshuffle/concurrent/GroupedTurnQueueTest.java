package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupedTurnQueueTest {
    private final GroupedTurnQueue<String> queue = new GroupedTurnQueue<>();

    private record Member(Object clientGroup, int number) implements GroupedClient {}

    /** Memory runs out as it is looked up, which is after its group was. */
    private record Unlucky(Object clientGroup) implements GroupedClient {
        @Override
        public int hashCode() {
            throw new OutOfMemoryError("for a test");
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    @Test
    void anEntryThatCannotBeAddedStandsInNobodysWay() {
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> queue.add(new Unlucky("host"), "lost"));
        assertThat(queue.poll()).isNull();
        assertThat(queue.size()).isZero();
        add("other", 1, "a");
        add("host", 1, "b");
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> queue.add(new Unlucky("host"), "lost"));
        assertThat(queue.size()).isEqualTo(2);
        assertThat(taken()).containsExactly("a", "b");
    }

    @Test
    void aHostWithFewClientsGetsATurnForEach() {
        for (int round = 0; round < 2; round++) {
            add("many", 1, "m1");
            add("many", 2, "m2");
            add("many", 3, "m3");
            add("one", 1, "o");
        }
        assertThat(taken()).containsExactly("m1", "m2", "m3", "o", "m1", "m2", "m3", "o");
    }

    @Test
    void aHostWithVeryManyClientsDelaysOthersByNoMoreThanTheMaximum() {
        for (int client = 0; client < 1000; client++) {
            add("attacker", client, "a");
        }
        add("victim", 1, "v");
        assertThat(taken().indexOf("v")).isEqualTo(GroupedTurnQueue.MAX_TURNS);
    }

    @Test
    void theClientsOfALargeGroupTakeTurnsAmongThemselves() {
        int clients = GroupedTurnQueue.MAX_TURNS + 4;
        for (int client = 0; client < clients; client++) {
            add("large", client, "first of " + client);
            add("large", client, "second of " + client);
        }
        assertThat(taken().subList(0, clients)).allMatch(entry -> entry.startsWith("first"));
    }

    @Test
    void aClientWithoutAGroupIsOneOfItsOwn() {
        queue.add("a", "a1");
        queue.add("a", "a2");
        queue.add("b", "b1");
        assertThat(taken()).containsExactly("a1", "b1", "a2");
    }

    @Test
    void countsAndRemovesEntries() {
        Member first = new Member("host", 1);
        Member second = new Member("host", 2);
        queue.add(first, "a");
        queue.add(second, "b");
        assertThat(queue.size()).isEqualTo(2);
        assertThat(queue.size(first)).isEqualTo(1);
        assertThat(queue.groupSize(first)).isEqualTo(2);
        assertThat(queue.entries()).containsExactlyInAnyOrder("a", "b");
        assertThat(queue.remove(first, "b")).isFalse();
        assertThat(queue.remove(first, "a")).isTrue();
        assertThat(queue.remove(second, "b")).isTrue();
        assertThat(queue.groupSize(first)).isZero();
        assertThat(queue.size()).isZero();
        assertThat(queue.poll()).isNull();
    }

    private void add(String group, int number, String entry) {
        queue.add(new Member(group, number), entry);
    }

    private List<String> taken() {
        List<String> taken = new ArrayList<>();
        for (String entry = queue.poll(); entry != null; entry = queue.poll()) {
            taken.add(entry);
        }
        assertThat(queue.size()).isZero();
        return taken;
    }
}
