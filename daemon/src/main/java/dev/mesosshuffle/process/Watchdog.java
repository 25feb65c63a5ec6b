package dev.mesosshuffle.process;

import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each part of the daemon in turn, and feeds whoever waits for that only if all have answered since the last time.
 * A part that hangs is not asked twice. One line tells when a part falls silent, and one when it answers again.
 *
 * <p><b>Concurrency:</b> one thread at a time; parts answer on their own.
 */
final class Watchdog implements Runnable {
    private static final Logger logger = LoggerFactory.getLogger(Watchdog.class);

    private final List<Part> parts;
    private final Runnable feed;
    private final Ticker ticker;
    private boolean failing;

    /**
     * Makes one.
     *
     * @param questions by the names of the parts, what completes when the part has answered, and fails if it cannot be asked
     * @param feed is called each time that all have answered
     * @param ticker the time
     */
    Watchdog(Map<String, Supplier<CompletableFuture<Void>>> questions, Runnable feed, Ticker ticker) {
        this.parts = questions.entrySet().stream()
                .map(question -> new Part(question.getKey(), question.getValue()))
                .collect(Collectors.toUnmodifiableList());
        this.feed = feed;
        this.ticker = ticker;
    }

    /** Looks who has answered to the last question, and asks the next one. */
    @Override
    public void run() {
        try {
            look(ticker.read());
            failing = false;
        } catch (RuntimeException | Error e) {
            // It would be the last thing that the timer ever hears of this.
            if (!failing) {
                logger.error("The watchdog could not look, and tries again (logged once until it can)", e);
            }
            failing = true;
        }
    }

    private void look(long now) {
        boolean allWell = true;
        for (Part part : parts) {
            allWell &= part.isWell(now);
        }
        if (allWell) {
            feed.run();
        }
    }

    private static final class Part {
        private final String name;
        private final Supplier<CompletableFuture<Void>> question;
        private @Nullable CompletableFuture<Void> answer;
        private long askedAt;
        private boolean silent;

        Part(String name, Supplier<CompletableFuture<Void>> question) {
            this.name = name;
            this.question = question;
        }

        boolean isWell(long now) {
            if (answer == null) {
                askedAt = now;
                answer = ask();
                return false;
            }
            boolean answered = answer.isDone() && !answer.isCompletedExceptionally();
            tell(answered, Duration.ofNanos(now - askedAt));
            if (answered) {
                askedAt = now;
            }
            if (answer.isDone()) {
                answer = ask();
            }
            return answered;
        }

        private CompletableFuture<Void> ask() {
            try {
                return question.get();
            } catch (RuntimeException | OutOfMemoryError e) {
                ThreadShortage.report("the question whether " + name + " answers", e);
                return CompletableFuture.failedFuture(e);
            }
        }

        private void tell(boolean answered, Duration waited) {
            if (answered && silent) {
                logger.info("{} answers again, after {} ms", name, waited.toMillis());
            } else if (!answered && !silent) {
                logger.warn(
                        "{} has not answered for {} ms; if it goes on like that, health checks fail, and systemd starts this"
                                + " service anew",
                        name,
                        waited.toMillis());
            }
            silent = !answered;
        }
    }
}
