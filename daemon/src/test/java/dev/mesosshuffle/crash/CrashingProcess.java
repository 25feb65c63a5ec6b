package dev.mesosshuffle.crash;

import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.Method;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StackFrame;
import com.sun.jdi.StringReference;
import com.sun.jdi.Value;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A process that lives up to one step of its work, and no further. A step is whatever changes something on the disk, or
 * tells somebody; the process dies before it.
 *
 * <p>The thread that comes to that step is held, as by a disk that hangs, while all others go on as far as they get
 * without it; then the process is killed, as by {@code kill -9}. So it also shows if something was told of too early.
 */
final class CrashingProcess {
    /** Longer than a thread that can go on takes to its next step. */
    private static final long QUIET_MS = 30;

    /** Commands that leave the disk as it was. */
    private static final Pattern CHANGES_NOTHING =
            Pattern.compile("BEGIN|ROLLBACK|ATTACH|PRAGMA (?!journal_mode|wal_checkpoint)", Pattern.CASE_INSENSITIVE);

    /** What others do while one hangs comes to an end. */
    private static final int MAX_STEPS_OF_OTHERS = 1_000;

    private static final long HANG_MS = TimeUnit.MINUTES.toMillis(1);

    private final VirtualMachine machine;
    private final int step;
    private final Map<Kind, Integer> passed = new EnumMap<>(Kind.class);
    private int steps;

    /** What a step does, and the method before which it is held. */
    enum Kind {
        /** A dir gets its going-name. */
        RENAME(
                "sun.nio.fs.UnixSecureDirectoryStream",
                "move",
                "(Ljava/nio/file/Path;Ljava/nio/file/SecureDirectoryStream;Ljava/nio/file/Path;)V"),
        DELETE_FILE("sun.nio.fs.UnixSecureDirectoryStream", "deleteFile", "(Ljava/nio/file/Path;)V"),
        DELETE_DIR("sun.nio.fs.UnixSecureDirectoryStream", "deleteDirectory", "(Ljava/nio/file/Path;)V"),
        /** A change of the store, or the commit of some. */
        STORE("org.sqlite.jdbc3.JDBC3PreparedStatement", "executeUpdate", "()I"),
        /** The same by a command that is given once: in the registries of all ports, to make a schema, at the end. */
        COMMAND("org.sqlite.jdbc3.JDBC3Statement", "execute", "(Ljava/lang/String;)Z"),
        ACKNOWLEDGE("dev.mesosshuffle.crash.Acknowledgements", "acknowledge", "(Ljava/lang/String;)V");

        private final String type;
        private final String method;
        private final String signature;

        Kind(String type, String method, String signature) {
            this.type = type;
            this.method = method;
            this.signature = signature;
        }

        /** One whose step depends on what it is given. */
        private boolean isSql() {
            return this == STORE || this == COMMAND;
        }
    }

    private CrashingProcess(Debugger.Started started, int step) {
        this.machine = started.machine();
        this.step = step;
    }

    /**
     * What became of it.
     *
     * @param killed whether it came to its last step; else it ended by itself
     * @param status its exit status
     * @param passed how many steps of each kind it did
     */
    record End(boolean killed, int status, Map<Kind, Integer> passed) {}

    /** Lets a process live up to a step, counted from 1. */
    static End of(Debugger.Started started, int step) throws InterruptedException {
        CrashingProcess crashing = new CrashingProcess(started, step);
        try {
            boolean killed = crashing.run();
            if (killed) {
                started.process().destroyForcibly();
            }
            if (!started.process().waitFor(HANG_MS, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the process does not end");
            }
            return new End(killed, started.process().exitValue(), crashing.passed);
        } finally {
            started.process().destroyForcibly();
        }
    }

    private boolean run() throws InterruptedException {
        Stream.of(Kind.values()).map(kind -> kind.type).distinct().forEach(this::awaitType);
        machine.resume();
        for (EventSet events = next(HANG_MS); ; events = next(HANG_MS)) {
            if (events == null) {
                throw new AssertionError("the process hangs after " + steps + " steps");
            }
            for (Event event : events) {
                if (event instanceof VMDisconnectEvent) {
                    return false;
                }
                if (isStep(event) && steps == step) {
                    letOthersGoOn();
                    return true;
                }
            }
            events.resume();
        }
    }

    private void awaitType(String type) {
        ClassPrepareRequest request = machine.eventRequestManager().createClassPrepareRequest();
        request.addClassFilter(type);
        request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
        request.enable();
    }

    private void letOthersGoOn() throws InterruptedException {
        EventSet events = next(QUIET_MS);
        for (int i = 0; events != null && i < MAX_STEPS_OF_OTHERS; i++) {
            for (Event event : events) {
                if (event instanceof VMDisconnectEvent) {
                    return;
                }
                var unused = isStep(event);
            }
            events.resume();
            events = next(QUIET_MS);
        }
    }

    private EventSet next(long timeoutMs) throws InterruptedException {
        return machine.eventQueue().remove(timeoutMs);
    }

    private boolean isStep(Event event) {
        if (event instanceof ClassPrepareEvent prepared) {
            hold(prepared.referenceType());
        } else if (event instanceof BreakpointEvent reached) {
            Kind kind = (Kind) reached.request().getProperty("kind");
            if (!kind.isSql() || changes(reached)) {
                passed.merge(kind, 1, Integer::sum);
                steps++;
                return true;
            }
        }
        return false;
    }

    private void hold(ReferenceType type) {
        for (Kind kind : Kind.values()) {
            if (kind.type.equals(type.name())) {
                Method method = type.methodsByName(kind.method, kind.signature).get(0);
                BreakpointRequest request = machine.eventRequestManager().createBreakpointRequest(method.location());
                request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
                request.putProperty("kind", kind);
                request.enable();
            }
        }
    }

    private static boolean changes(BreakpointEvent reached) {
        try {
            StackFrame frame = reached.thread().frame(0);
            List<Value> arguments = frame.getArgumentValues();
            ObjectReference statement = frame.thisObject();
            Value sql = arguments.isEmpty()
                    ? statement.getValue(statement.referenceType().fieldByName("sql"))
                    : arguments.get(0);
            return !CHANGES_NOTHING.matcher(((StringReference) sql).value()).lookingAt();
        } catch (IncompatibleThreadStateException e) {
            throw new AssertionError(e);
        }
    }
}
