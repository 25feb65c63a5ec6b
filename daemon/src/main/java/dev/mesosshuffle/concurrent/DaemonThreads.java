package dev.mesosshuffle.concurrent;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Creates threads that do not keep the process alive. */
public final class DaemonThreads {
    private static final Duration IDLE_LIFE = Duration.ofSeconds(30);

    private DaemonThreads() {}

    /** Returns a thread that is not started yet. */
    public static Thread newThread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Returns a factory of threads that all have one name. */
    public static ThreadFactory named(String name) {
        return task -> newThread(name, task);
    }

    /** Returns an executor of one thread, which exists only while there is work and for 30 s after it. */
    public static ExecutorService newSingleThread(String name) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1, 1, IDLE_LIFE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
