package dev.mesosshuffle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.testing.RawClient;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.Set;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** Texts reach operators' tools through JMX too: each is printable, and no client's is among them. */
class JmxTextsTest extends RunningDaemon {
    /** The names of units, by which the library describes timers and meters. */
    private static final Set<String> UNITS = Set.of("milliseconds", "events/second");

    @Test
    void showsNumbersAndUnitsUnderPrintableNames() throws Exception {
        try (RawClient client = connectAndRegister()) {
            client.rpc("00 'stranger\u001b' '7\u202e' 00000001 'shuffle_0_0_0'");
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            Set<ObjectName> names = beans.queryNames(new ObjectName("metrics:*"), null);
            assertThat(names).isNotEmpty();
            Set<Object> texts = new HashSet<>();
            for (ObjectName name : names) {
                String text = name.getCanonicalName();
                assertThat(text).isEqualTo(Sanitizer.line(text, 10_000)).doesNotContain("stranger");
                for (MBeanAttributeInfo info : beans.getMBeanInfo(name).getAttributes()) {
                    Object value = beans.getAttribute(name, info.getName());
                    if (!(value instanceof Number)) {
                        texts.add(value);
                    }
                }
            }
            assertThat(texts).isSubsetOf(UNITS.toArray());
        }
    }
}
