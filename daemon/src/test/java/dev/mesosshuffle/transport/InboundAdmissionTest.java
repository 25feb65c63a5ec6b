package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.testing.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A budget of 100 bytes, of which connections that have done nothing useful share 25. */
class InboundAdmissionTest {
    private final ManualTicker ticker = new ManualTicker();
    private final ByteBudget budget = ByteBudget.of(100);
    private final InboundAdmission admission = new InboundAdmission(budget, ticker);
    private final List<String> admitted = new ArrayList<>();
    private final List<InboundAdmission.Ticket> tickets = new ArrayList<>();

    @AfterEach
    void everythingIsGivenBack() {
        tickets.forEach(InboundAdmission.Ticket::close);
        tickets.forEach(InboundAdmission.Ticket::close);
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void admitsWhatFitsAtOnce() {
        assertThat(known("a", 60).isAdmitted()).isTrue();
        assertThat(known("b", 40).isAdmitted()).isTrue();
        assertThat(budget.usedBytes()).isEqualTo(100);
        assertThat(admitted).isEmpty();
    }

    @Test
    void whatDoesNotFitWaitsInOrder() {
        InboundAdmission.Ticket first = known("a", 90);
        InboundAdmission.Ticket large = known("large", 50);
        InboundAdmission.Ticket small = known("small", 5);
        assertThat(large.isAdmitted()).isFalse();
        assertThat(small.isAdmitted()).as("does not overtake").isFalse();
        first.close();
        assertThat(admitted).containsExactly("large", "small");
        assertThat(budget.usedBytes()).isEqualTo(55);
    }

    @Test
    void oneThatGivesUpWaitingLetsTheNextIn() {
        known("a", 90);
        InboundAdmission.Ticket large = known("large", 50);
        known("small", 5);
        large.close();
        assertThat(admitted).containsExactly("small");
    }

    @Test
    void newcomersShareAQuarter() {
        assertThat(newcomer("a", 15).isAdmitted()).isTrue();
        assertThat(newcomer("b", 15).isAdmitted()).isFalse();
        assertThat(known("c", 85).isAdmitted()).as("the rest is not theirs").isTrue();
        tickets.get(0).close();
        assertThat(admitted).containsExactly("b");
    }

    @Test
    void aNewcomersFrameThatIsLongerThanTheQuarterIsAdmittedAlone() {
        InboundAdmission.Ticket small = newcomer("small", 10);
        InboundAdmission.Ticket large = newcomer("large", 80);
        assertThat(large.isAdmitted()).isFalse();
        small.close();
        assertThat(admitted).containsExactly("large");
        assertThat(newcomer("next", 1).isAdmitted()).isFalse();
        large.close();
        assertThat(admitted).containsExactly("large", "next");
    }

    @Test
    void amongNewcomersShortFramesOvertakeLongOnesAndOthersKeepTheirOrder() {
        InboundAdmission.Ticket announced = newcomer("announced", 24);
        newcomer("long", 20);
        newcomer("short", 2);
        newcomer("as short", 2);
        assertThat(admitted).isEmpty();
        announced.close();
        assertThat(admitted).containsExactly("short", "as short", "long");
        assertThat(newcomer("long again", 20).isAdmitted()).isFalse();
        assertThat(newcomer("at once", 1).isAdmitted()).isTrue();
    }

    @Test
    void aLongFrameOfANewcomerIsNotOvertakenForEver() {
        InboundAdmission.Ticket announced = newcomer("announced", 24);
        newcomer("long", 20);
        ticker.pass(Duration.ofNanos(20_000));
        newcomer("short", 2);
        announced.close();
        assertThat(admitted).containsExactly("long", "short");
    }

    @Test
    void aFrameThatIsLongerThanTheBudgetIsAdmittedAlone() {
        InboundAdmission.Ticket first = known("first", 1);
        InboundAdmission.Ticket large = known("large", 150);
        assertThat(large.isAdmitted()).isFalse();
        first.close();
        assertThat(admitted).containsExactly("large");
        assertThat(known("next", 1).isAdmitted()).isFalse();
    }

    @Test
    void newcomersDoNotOvertakeAFrameThatNeedsTheirPartToo() {
        InboundAdmission.Ticket first = known("first", 50);
        known("large", 90);
        assertThat(newcomer("newcomer", 5).isAdmitted()).isFalse();
        first.close();
        assertThat(admitted).containsExactly("large", "newcomer");
    }

    private InboundAdmission.Ticket known(String name, int bytes) {
        return request(name, bytes, false);
    }

    private InboundAdmission.Ticket newcomer(String name, int bytes) {
        return request(name, bytes, true);
    }

    private InboundAdmission.Ticket request(String name, int bytes, boolean newcomer) {
        InboundAdmission.Ticket ticket = admission.request(bytes, newcomer, () -> admitted.add(name));
        tickets.add(ticket);
        return ticket;
    }
}
