package dev.mesosshuffle.it.spark;

import dev.mesosshuffle.it.process.ManagedProcess;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The answer of the seed's program to one step.
 *
 * @param json one flat object
 */
public record StepReport(String json) {
    static StepReport await(ManagedProcess driver, String step, Duration atMost) throws InterruptedException {
        String start = Pattern.quote("{\"step\":\"" + step + "\"");
        return new StepReport(driver.await(start + ".*}", atMost).group());
    }

    public long number(String member) {
        return Long.parseLong(value(member, "(-?\\d+)"));
    }

    public String text(String member) {
        return value(member, "\"([^\"]*)\"");
    }

    private String value(String member, String pattern) {
        Matcher matcher =
                Pattern.compile(Pattern.quote("\"" + member + "\":") + pattern).matcher(json);
        if (!matcher.find()) {
            throw new AssertionError(json + " (expected: " + member + ")");
        }
        return matcher.group(1);
    }
}
