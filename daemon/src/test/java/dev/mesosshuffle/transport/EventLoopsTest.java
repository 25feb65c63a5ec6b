package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class EventLoopsTest {
    private final AtomicInteger made = new AtomicInteger();

    @Test
    void makesAllThreadsBeforeTheFirstConnection() {
        EventLoops loops = loops(Integer.MAX_VALUE);
        assertThat(made).hasValue(0);
        loops.prestart();
        assertThat(made).hasValue(4);
        loops.shutDown();
        assertThat(loops.acceptor().isTerminated()).isTrue();
        assertThat(loops.workers().isTerminated()).isTrue();
    }

    @Test
    void failsAtOnceIfAThreadCannotBeMade() {
        EventLoops loops = loops(2);
        Assertions.assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(loops::prestart)
                .withMessageContaining("native thread");
    }

    @Test
    void saysWhyALoopCannotBeMade() {
        Throwable netty = new IllegalStateException(
                "failed to create a child event loop", new IOException("epoll_create1() failed: Too many open files"));
        assertThat(BindFailures.explainLoops(netty))
                .hasMessage(
                        "cannot make the event loops: epoll_create1() failed: Too many open files; raise LimitNOFILE"
                                + " or ulimit -n");
        assertThat(BindFailures.explainLoops(new IllegalStateException("wrapped", new IOException("odd"))))
                .hasMessage("cannot make the event loops: odd");
    }

    /** By default, a loop would run a million of these tasks and more, for a second. */
    @ParameterizedTest
    @EnumSource(ServerConfig.IoMode.class)
    void turnsToItsConnectionsThoughEachTaskIsFollowedByAnother(ServerConfig.IoMode io) throws Exception {
        EventLoops loops = EventLoops.start(new ServerConfig(
                "127.0.0.1",
                0,
                io,
                1,
                new ServerConfig.SocketOptions(0, 0, 0, false),
                new ConnectionLimits(Duration.ZERO, Duration.ZERO, Duration.ZERO, 1, 1, 1)));
        EventLoop loop = loops.workers().next();
        CompletableFuture<Integer> tasksBefore = new CompletableFuture<>();
        loop.execute(new Runnable() {
            private int runs;

            @Override
            public void run() {
                if (runs++ == 0) {
                    // As what a connection waits for its turn with: it runs when the loop has looked at all
                    // connections.
                    var unused = loop.schedule(() -> tasksBefore.complete(runs), 0, TimeUnit.NANOSECONDS);
                }
                if (!tasksBefore.isDone()) {
                    loop.execute(this);
                }
            }
        });
        assertThat(tasksBefore.get(1, TimeUnit.MINUTES)).isLessThan(200_000);
        loops.shutDown();
    }

    /** One that accepts and three workers, of which only so many can have a thread. */
    private EventLoops loops(int most) {
        ThreadFactory threads = task -> new Thread(task) {
            @Override
            public synchronized void start() {
                if (made.get() == most) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                made.incrementAndGet();
                setDaemon(true);
                super.start();
            }
        };
        return new EventLoops(
                new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory()),
                new MultiThreadIoEventLoopGroup(3, threads, NioIoHandler.newFactory()),
                NioServerSocketChannel.class);
    }
}
