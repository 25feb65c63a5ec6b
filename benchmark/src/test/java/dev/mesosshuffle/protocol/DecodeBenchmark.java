package dev.mesosshuffle.protocol;

import dev.mesosshuffle.benchmark.wire.Requests;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to understand a request: one that opens a stream, and one for each of its chunks. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Thread)
public class DecodeBenchmark {
    private static final int LENGTH_BYTES = 8;

    /** How many map tasks a fetch asks. */
    @Param({"8", "64", "1000"})
    public int maps;

    private ByteBuf fetchShuffleBlocks = Unpooled.EMPTY_BUFFER;
    private ByteBuf chunkRequest = Unpooled.EMPTY_BUFFER;

    @Setup
    public void encode() {
        long[] mapIds = new long[maps];
        int[][] reduceIds = new int[maps][];
        for (int map = 0; map < maps; map++) {
            mapIds[map] = map;
            reduceIds[map] = new int[] {7};
        }
        byte[] frame = Requests.fetchShuffleBlocks(1, "app-20200110224646-0023", "17", 3, mapIds, reduceIds, false);
        // Frames reach the decoder in direct memory, without their length.
        fetchShuffleBlocks = Unpooled.directBuffer().writeBytes(frame, LENGTH_BYTES, frame.length - LENGTH_BYTES);
        chunkRequest = Unpooled.directBuffer().writeByte(0).writeLong(99).writeInt(5);
    }

    @Benchmark
    public Request fetchShuffleBlocks() throws MalformedMessageException {
        return RequestDecoder.decode(fetchShuffleBlocks.readerIndex(0));
    }

    @Benchmark
    public Request chunkRequest() throws MalformedMessageException {
        return RequestDecoder.decode(chunkRequest.readerIndex(0));
    }
}
