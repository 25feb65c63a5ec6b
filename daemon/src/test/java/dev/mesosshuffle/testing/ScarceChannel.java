package dev.mesosshuffle.testing;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A channel for which memory runs out when the test says so. */
public final class ScarceChannel extends EmbeddedChannel {
    /** How many of the next promises there is no memory for. */
    public int failingPromises;
    /** How many of the next tasks the event loop has no memory for. */
    public int failingTasks;

    /** Whether the test is another thread than the event loop. */
    public boolean isOffLoop;

    public ScarceChannel(ChannelHandler... handlers) {
        super(handlers);
    }

    @Override
    public ChannelPromise newPromise() {
        if (failingPromises > 0) {
            failingPromises--;
            throw new OutOfMemoryError("for a test");
        }
        return super.newPromise();
    }

    @Override
    public EventLoop eventLoop() {
        EventLoop loop = super.eventLoop();
        if (failingTasks == 0 && !isOffLoop) {
            return loop;
        }
        return (EventLoop) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {EventLoop.class}, (self, method, arguments) -> {
                    if (method.getName().equals("execute") && failingTasks > 0) {
                        failingTasks--;
                        throw new OutOfMemoryError("for a test");
                    }
                    if (method.getName().equals("inEventLoop")) {
                        return !isOffLoop;
                    }
                    try {
                        return method.invoke(loop, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
