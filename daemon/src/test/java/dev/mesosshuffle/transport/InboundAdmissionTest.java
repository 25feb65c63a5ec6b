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
    private final InboundAdmission admission = new InboundAdmission(budget, ticker, FrameRates.unlimited());
    private final List<String> admitted = new ArrayList<>();
    private final List<InboundAdmission.Ticket> tickets = new ArrayList<>();

    @AfterEach
    void everythingIsGivenBack() {
        tickets.forEach(InboundAdmission.Ticket::close);
        tickets.forEach(InboundAdmission.Ticket::close);
        assertThat(budget.usedBytes()).isZero();
        assertThat(admission.addresses()).isZero();
    }

    @Test
    void admitsWhatFitsAtOnce() {
        assertThat(known("a", 50).isAdmitted()).isTrue();
        assertThat(known("b", 25).isAdmitted()).isTrue();
        assertThat(budget.usedBytes()).isEqualTo(75);
        assertThat(budget.refusals()).isZero();
        assertThat(admitted).isEmpty();
    }

    @Test
    void anAddressHoldsAtMostHalfOfWhatOthersLeave() {
        assertThat(known("a", 40).isAdmitted()).isTrue();
        assertThat(known("a", 10).isAdmitted()).isTrue();
        assertThat(known("a", 1).isAdmitted()).isFalse();
        assertThat(known("b", 25).isAdmitted()).isTrue();
        assertThat(known("b", 1).isAdmitted()).isFalse();
        assertThat(budget.refusals()).isEqualTo(2);
        tickets.get(0).close();
        assertThat(admitted).containsExactly("a", "b");
    }

    @Test
    void aLongFrameIsNotOvertakenForEver() {
        InboundAdmission.Ticket first = known("first", 50);
        known("second", 25);
        InboundAdmission.Ticket large = known("large", 20);
        assertThat(large.isAdmitted()).isFalse();
        ticker.pass(Duration.ofNanos(20_000));
        InboundAdmission.Ticket small = known("small", 5);
        assertThat(small.isAdmitted()).as("does not overtake").isFalse();
        first.close();
        assertThat(admitted).containsExactly("large", "small");
    }

    @Test
    void shortFramesOvertakeLongOnesForATime() {
        known("first", 50);
        known("second", 25);
        assertThat(known("large", 20).isAdmitted()).isFalse();
        assertThat(known("small", 5).isAdmitted()).isTrue();
    }

    @Test
    void oneThatGivesUpWaitingLetsTheNextIn() {
        known("first", 50);
        known("second", 25);
        InboundAdmission.Ticket large = known("large", 20);
        ticker.pass(Duration.ofNanos(20_000));
        known("small", 5);
        large.close();
        assertThat(admitted).containsExactly("small");
    }

    @Test
    void newcomersShareAQuarter() {
        assertThat(newcomer("a", 12).isAdmitted()).isTrue();
        assertThat(newcomer("b", 7).isAdmitted()).isFalse();
        assertThat(known("c", 44).isAdmitted()).as("the rest is not theirs").isTrue();
        tickets.get(0).close();
        assertThat(admitted).containsExactly("b");
    }

    @Test
    void manyConnectionsOfOneAddressDelayNoOther() {
        for (int i = 0; i < 20; i++) {
            newcomer("attacker", 4);
        }
        assertThat(newcomer("victim", 6).isAdmitted()).isTrue();
        assertThat(newcomer("attacker", 1).isAdmitted()).isFalse();
        assertThat(newcomer("another", 3).isAdmitted()).isTrue();
        tickets.get(0).close();
        assertThat(admitted).as("it still holds its share").isEmpty();
        tickets.get(1).close();
        assertThat(admitted).as("its own next").containsExactly("attacker");
    }

    @Test
    void whoeverHoldsLessIsNextAlthoughItCameLater() {
        InboundAdmission.Ticket full = newcomer("full", 25);
        newcomer("a", 4);
        newcomer("a", 4);
        newcomer("b", 6);
        assertThat(admitted).isEmpty();
        full.close();
        assertThat(admitted).containsExactly("a", "b", "a");
    }

    @Test
    void amongConnectionsOfAnAddressShortFramesOvertakeLongOnes() {
        InboundAdmission.Ticket first = newcomer("first", 12);
        request("long", "first", 11, true);
        request("short", "first", 2, true);
        assertThat(admitted).isEmpty();
        first.close();
        assertThat(admitted).startsWith("short");
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
        newcomer("long", 10);
        newcomer("short", 2);
        newcomer("as short", 2);
        assertThat(admitted).isEmpty();
        announced.close();
        assertThat(admitted).containsExactly("short", "as short", "long");
    }

    @Test
    void aLongFrameOfANewcomerIsNotOvertakenForEver() {
        InboundAdmission.Ticket announced = newcomer("announced", 24);
        newcomer("long", 10);
        ticker.pass(Duration.ofNanos(20_000));
        newcomer("short", 2);
        announced.close();
        assertThat(admitted).containsExactly("long", "short");
    }

    @Test
    void aFrameThatIsLongerThanAnyShareTakesWhatIsLeft() {
        InboundAdmission.Ticket first = known("first", 45);
        InboundAdmission.Ticket large = known("large", 70);
        assertThat(large.isAdmitted()).isFalse();
        known("second", 20);
        assertThat(admitted).isEmpty();
        first.close();
        assertThat(admitted).containsExactly("large");
        assertThat(budget.usedBytes()).isEqualTo(90);
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

    @Test
    void knowsAnAddressAsLongAsItHoldsOrAwaitsMemory() {
        InboundAdmission.Ticket held = known("a", 50);
        InboundAdmission.Ticket waits = known("a", 50);
        assertThat(admission.addresses()).isEqualTo(1);
        waits.close();
        assertThat(admission.addresses()).isEqualTo(1);
        held.close();
        assertThat(admission.addresses()).isZero();
    }

    /** Its address is its name. */
    private InboundAdmission.Ticket known(String name, int bytes) {
        return request(name, name, bytes, false);
    }

    private InboundAdmission.Ticket newcomer(String name, int bytes) {
        return request(name, name, bytes, true);
    }

    private InboundAdmission.Ticket request(String name, String address, int bytes, boolean newcomer) {
        InboundAdmission.Ticket ticket =
                admission.request(bytes, new InboundAdmission.Sender(address, newcomer), () -> admitted.add(name));
        tickets.add(ticket);
        return ticket;
    }
}
