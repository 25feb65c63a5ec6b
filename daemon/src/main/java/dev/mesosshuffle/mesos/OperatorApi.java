package dev.mesosshuffle.mesos;

import dev.mesosshuffle.liveness.FrameworkSnapshot;
import dev.mesosshuffle.liveness.MasterUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.apache.mesos.protobuf.InvalidProtocolBufferException;
import org.apache.mesos.v1.Protos.FrameworkInfo;
import org.apache.mesos.v1.master.Protos.Call;
import org.apache.mesos.v1.master.Protos.Response;
import org.jspecify.annotations.Nullable;

/** The two calls of the v1 operator API that are used, and the parsers of their responses. */
final class OperatorApi {
    private OperatorApi() {}

    static byte[] getFrameworks() {
        return call(Call.Type.GET_FRAMEWORKS);
    }

    static byte[] getMaster() {
        return call(Call.Type.GET_MASTER);
    }

    private static byte[] call(Call.Type type) {
        return Call.newBuilder().setType(type).build().toByteArray();
    }

    /**
     * A leader's term.
     *
     * @param leader identifies the master and the term
     * @param leadsFor its age at the response; null if unknown
     */
    record LeaderTerm(String leader, @Nullable Duration leadsFor) {
        static final LeaderTerm UNKNOWN = new LeaderTerm("unknown", null);
    }

    /**
     * Parses the response to {@link #getFrameworks}.
     *
     * @throws MasterUnavailableException if it is not one
     */
    @SuppressWarnings("deprecation") // Recovered frameworks, which an old master lists separately.
    static FrameworkSnapshot frameworks(byte[] body, LeaderTerm term, String from) throws MasterUnavailableException {
        Response response = response(body, Response.Type.GET_FRAMEWORKS, from);
        Set<String> alive = new HashSet<>();
        Set<String> completed = new HashSet<>();
        for (Response.GetFrameworks.Framework framework :
                response.getGetFrameworks().getFrameworksList()) {
            alive.add(id(framework.getFrameworkInfo(), from));
        }
        // Of masters before 1.2: those that agents reported after an election, and that have not re-registered yet.
        for (FrameworkInfo framework : response.getGetFrameworks().getRecoveredFrameworksList()) {
            alive.add(id(framework, from));
        }
        for (Response.GetFrameworks.Framework framework :
                response.getGetFrameworks().getCompletedFrameworksList()) {
            completed.add(id(framework.getFrameworkInfo(), from));
        }
        return new FrameworkSnapshot(alive, completed, term.leader(), term.leadsFor());
    }

    private static String id(FrameworkInfo framework, String from) throws MasterUnavailableException {
        if (framework.getId().getValue().isEmpty()) {
            throw invalid(from + " lists a framework without an id", null);
        }
        return framework.getId().getValue();
    }

    /**
     * Parses the response to {@link #getMaster}.
     *
     * @param date its time by the master's own clock; null if unknown
     * @throws MasterUnavailableException if it is not one
     */
    static LeaderTerm term(byte[] body, @Nullable Instant date, String from) throws MasterUnavailableException {
        Response.GetMaster master =
                response(body, Response.Type.GET_MASTER, from).getGetMaster();
        if (!master.hasElectedTime() || !master.hasMasterInfo()) {
            return LeaderTerm.UNKNOWN;
        }
        String leader = master.getMasterInfo().getId() + " since " + master.getElectedTime();
        double electedMillis = master.getElectedTime() * 1000;
        return new LeaderTerm(
                leader, date == null ? null : Duration.ofMillis(date.toEpochMilli() - (long) electedMillis));
    }

    private static Response response(byte[] body, Response.Type type, String from) throws MasterUnavailableException {
        Response response;
        try {
            // An older master lacks fields that became required later.
            response = Response.parser().parsePartialFrom(body);
        } catch (InvalidProtocolBufferException e) {
            throw invalid(from + " responded with " + body.length + " bytes that are not a message of Mesos", e);
        }
        boolean filled = type == Response.Type.GET_FRAMEWORKS ? response.hasGetFrameworks() : response.hasGetMaster();
        if (!response.hasType() || response.getType() != type || !filled) {
            throw invalid(from + " did not respond with " + type, null);
        }
        return response;
    }

    private static MasterUnavailableException invalid(String message, @Nullable Exception cause) {
        MasterUnavailableException.Reason reason = MasterUnavailableException.Reason.INVALID_RESPONSE;
        return cause == null
                ? new MasterUnavailableException(reason, message)
                : new MasterUnavailableException(reason, message, cause);
    }
}
