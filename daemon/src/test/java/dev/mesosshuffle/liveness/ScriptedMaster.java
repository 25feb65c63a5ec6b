package dev.mesosshuffle.liveness;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A master that gives scripted responses at once. */
public final class ScriptedMaster implements MesosMaster {
    public final Set<String> frameworks = new TreeSet<>();
    public final Set<String> completed = new TreeSet<>();
    public String leader = "leader-1";

    @Nullable
    public Duration leadsFor = Duration.ofDays(1);

    public MasterUnavailableException.@Nullable Reason failure;
    int polls;

    @Override
    public CompletableFuture<FrameworkSnapshot> fetchFrameworks() {
        polls++;
        return failure == null
                ? CompletableFuture.completedFuture(new FrameworkSnapshot(frameworks, completed, leader, leadsFor))
                : CompletableFuture.failedFuture(new MasterUnavailableException(failure, "failed for a test"));
    }
}
