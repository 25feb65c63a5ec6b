package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnQueueTest {
    private final TurnQueue<String> queue = new TurnQueue<>();

    @Test
    void clientsTakeTurnsWhoeverHasHowManyEntries() {
        queue.add("a", "a1");
        queue.add("a", "a2");
        queue.add("a", "a3");
        queue.add("b", "b1");
        queue.add("c", "c1");
        queue.add("c", "c2");
        assertThat(taken()).containsExactly("a1", "b1", "c1", "a2", "c2", "a3");
    }

    @Test
    void aClientThatComesBackWaitsForTheOthersFirst() {
        queue.add("a", "a1");
        queue.add("b", "b1");
        assertThat(queue.poll()).isEqualTo("a1");
        queue.add("a", "a2");
        assertThat(taken()).containsExactly("b1", "a2");
    }

    @Test
    void countsEntriesInAllAndOfEachClient() {
        queue.add("a", "a1");
        queue.add("a", "a2");
        queue.add("b", "b1");
        assertThat(queue.size()).isEqualTo(3);
        assertThat(queue.size("a")).isEqualTo(2);
        assertThat(queue.size("other")).isZero();
        assertThat(taken()).hasSize(3);
        assertThat(queue.size()).isZero();
        assertThat(queue.size("a")).isZero();
        assertThat(queue.poll()).isNull();
    }

    @Test
    void knowsWhetherAnyOtherClientWaits() {
        assertThat(queue.hasOthers("a")).isFalse();
        queue.add("a", "a1");
        assertThat(queue.hasOthers("a")).isFalse();
        assertThat(queue.hasOthers("b")).isTrue();
        queue.add("b", "b1");
        assertThat(queue.hasOthers("a")).isTrue();
    }

    @Test
    void removesOneEntryAndLeavesTheOthersTheirTurns() {
        queue.add("a", "a1");
        queue.add("b", "b1");
        queue.add("b", "b2");
        assertThat(queue.remove("a", "b1")).isFalse();
        assertThat(queue.remove("a", "a1")).isTrue();
        assertThat(queue.remove("b", "b1")).isTrue();
        assertThat(queue.size()).isEqualTo(1);
        assertThat(taken()).containsExactly("b2");
    }

    private List<String> taken() {
        List<String> taken = new ArrayList<>();
        for (String entry = queue.poll(); entry != null; entry = queue.poll()) {
            taken.add(entry);
        }
        return taken;
    }
}
