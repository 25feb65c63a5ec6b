package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

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
