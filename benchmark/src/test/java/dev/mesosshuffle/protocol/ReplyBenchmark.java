package dev.mesosshuffle.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to write what stands before a block's bytes. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Thread)
public class ReplyBenchmark {
    private static final int ROOM_BYTES = 128;

    private final ByteBuf out = Unpooled.directBuffer(ROOM_BYTES);
    private int chunk;

    @Benchmark
    public ByteBuf chunk() {
        return write(Reply.chunk(99, chunk++, 10_240));
    }

    @Benchmark
    public ByteBuf streamOpened() {
        return write(Reply.streamOpened(1, 99, 64));
    }

    private ByteBuf write(Reply reply) {
        reply.writeTo(out.clear());
        return out;
    }
}
