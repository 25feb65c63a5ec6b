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
     * How many of the descriptors a part of the daemon may take, at most a quarter: connections need them too, and one
     * that finds none left is lost.
     *
     * @param wanted how many it could make use of
     */
    public static int share(int wanted) {
        return share(wanted, limit());
    }

    public static int share(int wanted, long limit) {
        return (int) Math.max(1, Math.min(wanted, limit / 4));
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
