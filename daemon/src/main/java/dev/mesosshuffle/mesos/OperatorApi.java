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

/** The two calls of the v1 operator API that are used, and what is made of their answers. */
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
     * A master's term of office.
     *
     * @param leader names the master and the term
     * @param leadsFor for how long it lasted when it was asked; null if that is not known
     */
    record Term(String leader, @Nullable Duration leadsFor) {
        static final Term UNKNOWN = new Term("unknown", null);
    }

    /**
     * Reads the answer to {@link #getFrameworks}.
     *
     * @throws MasterUnavailableException if it is none
     */
    @SuppressWarnings("deprecation") // Recovered frameworks, which an old master lists apart.
    static FrameworkSnapshot frameworks(byte[] body, Term term, String from) throws MasterUnavailableException {
        Response response = response(body, Response.Type.GET_FRAMEWORKS, from);
        Set<String> alive = new HashSet<>();
        Set<String> completed = new HashSet<>();
        for (Response.GetFrameworks.Framework framework :
                response.getGetFrameworks().getFrameworksList()) {
            alive.add(id(framework.getFrameworkInfo(), from));
        }
        // Of masters before 1.2: what agents told of after an election, and what has not come back itself yet.
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
            throw unintelligible(from + " lists a framework without an id", null);
        }
        return framework.getId().getValue();
    }

    /**
     * Reads the answer to {@link #getMaster}.
     *
     * @param asked when it was given, by the master's own clock; null if it does not say
     * @throws MasterUnavailableException if it is none
     */
    static Term term(byte[] body, @Nullable Instant asked, String from) throws MasterUnavailableException {
        Response.GetMaster master =
                response(body, Response.Type.GET_MASTER, from).getGetMaster();
        if (!master.hasElectedTime() || !master.hasMasterInfo()) {
            return Term.UNKNOWN;
        }
        String leader = master.getMasterInfo().getId() + " since " + master.getElectedTime();
        double electedMillis = master.getElectedTime() * 1000;
        return new Term(leader, asked == null ? null : Duration.ofMillis(asked.toEpochMilli() - (long) electedMillis));
    }

    private static Response response(byte[] body, Response.Type type, String from) throws MasterUnavailableException {
        Response response;
        try {
            // Fields that became required later are missing from what an older master says.
            response = Response.parser().parsePartialFrom(body);
        } catch (InvalidProtocolBufferException e) {
            throw unintelligible(from + " answered " + body.length + " bytes that are no message of Mesos", e);
        }
        boolean filled = type == Response.Type.GET_FRAMEWORKS ? response.hasGetFrameworks() : response.hasGetMaster();
        if (!response.hasType() || response.getType() != type || !filled) {
            throw unintelligible(from + " answered something else than " + type, null);
        }
        return response;
    }

    private static MasterUnavailableException unintelligible(String message, @Nullable Exception cause) {
        MasterUnavailableException.Kind kind = MasterUnavailableException.Kind.UNINTELLIGIBLE;
        return cause == null
                ? new MasterUnavailableException(kind, message)
                : new MasterUnavailableException(kind, message, cause);
    }
}
