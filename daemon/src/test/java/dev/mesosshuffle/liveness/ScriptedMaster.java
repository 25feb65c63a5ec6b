package dev.mesosshuffle.liveness;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A master that says what it is told to, at once. */
final class ScriptedMaster implements Master {
    final Set<String> frameworks = new TreeSet<>();
    final Set<String> completed = new TreeSet<>();
    String leader = "leader-1";

    @Nullable
    Duration leadsFor = Duration.ofDays(1);

    NoAnswerException.@Nullable Kind failure;
    int questions;

    @Override
    public CompletableFuture<MasterAnswer> ask() {
        questions++;
        return failure == null
                ? CompletableFuture.completedFuture(new MasterAnswer(frameworks, completed, leader, leadsFor))
                : CompletableFuture.failedFuture(new NoAnswerException(failure, "refused for a test"));
    }
}
