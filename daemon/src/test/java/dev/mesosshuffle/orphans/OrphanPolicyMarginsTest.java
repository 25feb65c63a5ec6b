package dev.mesosshuffle.orphans;

import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where two clocks are compared that may differ a little: on which side the mistake is. */
final class OrphanPolicyMarginsTest {
    /** Of all hosts here. */
    private static final Duration UPTIME = Duration.ofHours(100);

    @TempDir
    private Path temp;

    private OrphanFixture host;
    private LocalDir dir;

    @BeforeEach
    void setUp() throws Exception {
        host = new OrphanFixture(temp, OrphanMode.REPORT);
        dir = host.old("blockmgr-1");
    }

    @AfterEach
    void tearDown() throws Exception {
        host.close();
    }

    @Test
    void isNoneIfItChangedShortlyBeforeTheBoot() throws Exception {
        host.proc.namespace("pid", "pid:[4026532180]");
        host.proc.uptime(OrphanFixture.OLD.minusSeconds(55));
        host.assertNone();
        host.proc.uptime(OrphanFixture.OLD.minusSeconds(65));
        host.assertOrphan(dir);
    }

    @Test
    void isNoneIfASparkProcessStartedShortlyAfterItsLastChange() throws Exception {
        Duration change = UPTIME.minus(OrphanFixture.OLD);
        host.proc.process(7, "java org.apache.spark.deploy.SparkSubmit", change.plusSeconds(5));
        host.assertOrphan(dir);
        host.proc.process(8, "java org.apache.spark.deploy.SparkSubmit", change.plusSeconds(1));
        host.assertNone();
    }

    @Test
    void isNoneWhileASparkProcessRunsIfItsAgeCannotBeTold() throws Exception {
        host.proc.namespace("time", "time:[1]");
        host.assertOrphan(dir);
        host.proc.process(7, "java org.apache.spark.deploy.SparkSubmit", UPTIME);
        host.assertNone();
    }
}
