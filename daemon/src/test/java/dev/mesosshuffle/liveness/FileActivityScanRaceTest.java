package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.model.LocalDir;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens while somebody looks into the dirs of an application that would be over, on a disk that takes its time. */
final class FileActivityScanRaceTest extends MonitoredApplications {
    private final List<Runnable> look = new ArrayList<>();
    private LocalDir dir;

    @BeforeEach
    void beginLook() throws Exception {
        dir = fixture.registerExecutor(APP, "0");
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        fixture.diskTasks = look;
        fixture.check();
        assertThat(look).hasSize(1);
    }

    private void endLook() throws Exception {
        look.forEach(Runnable::run);
        look.clear();
        fixture.settle();
    }

    @Test
    void isTheEndIfNothingHappens() throws Exception {
        endLook();
        assertThat(fixture.registry.applications()).isEmpty();
    }

    @Test
    void isTakenOnceAtATime() throws Exception {
        fixture.check();
        fixture.check();
        assertThat(look).hasSize(1);
        endLook();
        assertThat(fixture.registry.applications()).isEmpty();
    }

    @Test
    void isInVainAfterAHeartbeat() throws Exception {
        monitor.heartbeat(APP, connection);
        endLook();
        assertThat(fixture.registry.applications()).containsExactly(APP);
    }

    @Test
    void isInVainAfterActivity() throws Exception {
        monitor.activity(APP);
        endLook();
        assertThat(fixture.registry.applications()).containsExactly(APP);
    }

    @Test
    void isInVainOnceTheServiceEnds() throws Exception {
        monitor.close();
        endLook();
        assertThat(fixture.registry.applications()).containsExactly(APP);
    }

    @Test
    void doesNotEndAKeepThoughItFindsChanges() throws Exception {
        monitor.applicationAdmin().keep(APP).get(1, TimeUnit.MINUTES);
        fixture.changed(dir, TIMEOUT);
        endLook();
        assertThat(monitor.applicationAdmin().kept()).containsExactly(APP);
    }

    @Test
    void bringsNothingBackThatWasRemovedByHandThoughItFindsChanges() throws Exception {
        // Before the removal, which may delete the dir at once.
        fixture.changed(dir, TIMEOUT);
        monitor.applicationAdmin().remove(APP).get(1, TimeUnit.MINUTES);
        endLook();
        assertThat(fixture.registry.applications()).isEmpty();
        assertThat(fixture.count("deferrals")).isZero();
    }
}
