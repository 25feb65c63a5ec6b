package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.registry.Registry;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks up the local dirs of executors. A long list is looked up in slices: between two of them, the event loop's
 * other connections have their turns. Called on event loops; never blocks.
 */
final class GetLocalDirsHandler {
    /** The executors that are looked up in one turn, some 0.2 ms. */
    static final int EXECUTORS_PER_SLICE = 512;

    /** The executor id by which clients request the dirs of merged blocks, from Spark's {@code ExternalBlockHandler}. */
    private static final String SHUFFLE_MERGER = "shuffle-push-merger";

    private final Registry registry;
    private final LivenessMonitor liveness;
    private final DispatchMetrics metrics;

    GetLocalDirsHandler(Registry registry, LivenessMonitor liveness, DispatchMetrics metrics) {
        this.registry = registry;
        this.liveness = liveness;
        this.metrics = metrics;
    }

    /** Replies with the dirs of all executors; as in Spark's service, one unknown executor fails the whole request. */
    void find(List<AppExecId> executors, RpcCall call) {
        if (executors.size() <= EXECUTORS_PER_SLICE) {
            new Lookup(executors.iterator(), call, () -> {}).findSlice();
        } else if (!call.takeTurn(
                call.caller().longRequestTurns(), done -> new Lookup(executors.iterator(), call, done).findSlice())) {
            metrics.rejectedRequests.inc();
        }
    }

    /** One request's lookup. Confined to the event loop. */
    private final class Lookup {
        private final Iterator<AppExecId> executors;
        private final RpcCall call;
        private final Runnable done;
        private final Map<String, ExecutorShuffleInfo> dirs = new HashMap<>();
        private long bytes = Reply.LOCAL_DIRS_BYTES;
        private String lastAppId = "";

        private Lookup(Iterator<AppExecId> executors, RpcCall call, Runnable done) {
            this.executors = executors;
            this.call = call;
            this.done = done;
        }

        private void findSlice() {
            for (int taken = 0; executors.hasNext(); taken++) {
                if (taken == EXECUTORS_PER_SLICE) {
                    continueLater();
                    return;
                }
                String error = find(executors.next());
                if (error != null) {
                    metrics.rejectedRequests.inc();
                    done.run();
                    call.fail(error);
                    return;
                }
            }
            done.run();
            answer();
        }

        /** A short question may have a long answer, so the answer's length is known before it is built. */
        private void answer() {
            if (call.isOneWay()) {
                call.drop();
                return;
            }
            long max = call.caller().maxAnswerBytes(bytes);
            if (bytes > max) {
                metrics.rejectedRequests.inc();
                call.fail(ProtocolErrors.badRequest("local dirs of " + dirs.size() + " executors: " + bytes
                        + " bytes (expected: at most " + max + " now, or fewer executors at a time)"));
                return;
            }
            call.respond(id -> Reply.localDirs(id, dirs));
        }

        private void continueLater() {
            if (call.caller().isOpen()) {
                call.caller().executeLater(() -> call.guard(this::findSlice, done));
            } else {
                done.run();
                call.drop();
            }
        }

        /** Adds the dirs of an executor; returns the error for the client, or null. */
        private @Nullable String find(AppExecId id) {
            if (!id.appId().equals(lastAppId)) {
                lastAppId = id.appId();
                liveness.activity(lastAppId);
            }
            if (id.execId().equals(SHUFFLE_MERGER)) {
                return ProtocolErrors.NO_MERGED_SHUFFLE;
            }
            RegisteredExecutor executor = registry.executor(id);
            if (executor == null) {
                return ProtocolErrors.notRegistered(id);
            }
            if (dirs.put(executor.id().execId(), executor.info()) == null) {
                bytes += Reply.localDirsBytes(executor.id().execId(), executor.info());
            }
            return null;
        }
    }
}
