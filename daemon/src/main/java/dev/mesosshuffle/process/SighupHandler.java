package dev.mesosshuffle.process;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes SIGHUP run a task instead of ending the process. The JDK's only way to that is {@code sun.misc.Signal}, which is
 * looked up by name because the compiler warns of it. Where SIGHUP is ignored from the start, as under {@code nohup}, the
 * JVM leaves it so.
 */
public final class SighupHandler {
    private static final Logger logger = LoggerFactory.getLogger(SighupHandler.class);

    private SighupHandler() {}

    /** From now on each SIGHUP runs a task, on a thread of its own. */
    public static void handle(Runnable task) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            MethodHandle run = lookup.findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(task);
            Object proxy =
                    MethodHandleProxies.asInterfaceInstance(handler, MethodHandles.dropArguments(run, 0, signal));
            var unused = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            logger.warn("This JVM does not deliver SIGHUP, so only a restart rereads the configuration", e);
        }
    }
}
