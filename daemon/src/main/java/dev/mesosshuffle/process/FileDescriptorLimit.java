package dev.mesosshuffle.process;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** How many files this process may have open. The JVM has raised that to the hard limit by the time it is asked. */
public final class FileDescriptorLimit {
    /** What Linux allows by default. */
    private static final long USUAL = 1024;

    private FileDescriptorLimit() {}

    /**
     * How many data files may be kept open. Each may take two descriptors, half of all are for connections, and a sixteenth is
     * for everything else: whoever finds none left is lost.
     *
     * @param wanted how many the daemon could make use of
     */
    public static int files(int wanted) {
        return files(wanted, limit());
    }

    static int files(int wanted, long limit) {
        return (int) Math.max(1, Math.min(wanted, (limit - limit / 2 - limit / 16) / 2));
    }

    /** How many connections there may be: half, so that files can still be opened. */
    public static long connections() {
        return Math.max(1, limit() / 2);
    }

    private static long limit() {
        try {
            ObjectName system = new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME);
            Object limit = ManagementFactory.getPlatformMBeanServer().getAttribute(system, "MaxFileDescriptorCount");
            return limit instanceof Long number ? number : USUAL;
        } catch (JMException e) {
            // Another kind of JVM.
            return USUAL;
        }
    }
}
