package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.BlockContent;
import dev.mesosshuffle.benchmark.data.Dataset;
import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.load.ChunkRequests;
import dev.mesosshuffle.benchmark.load.Fetch;
import dev.mesosshuffle.benchmark.load.FetchKind;
import dev.mesosshuffle.benchmark.load.FetchPlanner;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.RunningService;
import dev.mesosshuffle.benchmark.wire.BlockingClient;
import dev.mesosshuffle.benchmark.wire.Frame;
import dev.mesosshuffle.benchmark.wire.StreamHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Fetches blocks of all sizes by every kind of message and compares each byte with what was generated: figures of a
 * service that answers with something else would mean nothing.
 */
public final class Verification {
    /** Around the sizes at which services choose another way, and a block of no bytes. */
    private static final Dataset DATASET = new Dataset(
            "verify",
            8,
            40,
            List.of(0, 1, Sizes.KIB, 10_000, 64 * Sizes.KIB, 64 * Sizes.KIB + 1, 300_000, Sizes.MIB + 1),
            2);

    private static final int BATCH = 5;

    private final GeneratedExecutor executor;

    private Verification(GeneratedExecutor executor) {
        this.executor = executor;
    }

    /**
     * Verifies a service that is started for it.
     *
     * @return how many blocks were compared
     * @throws IOException if one is not as it should be
     */
    public static int run(Bench bench, Launcher launcher) throws IOException, InterruptedException {
        Verification verification = new Verification(bench.data().executor(DATASET));
        int blocks = 0;
        try (RunningService service = bench.start(launcher)) {
            Registration.register(service, verification.executor);
            for (FetchKind kind : FetchKind.values()) {
                blocks += verification.verify(service, kind, kind == FetchKind.BATCH ? BATCH : 1, Integer.MAX_VALUE);
            }
        }
        return blocks;
    }

    /**
     * Verifies a few blocks of every size on a service that runs, over connections that are protected as its own are.
     *
     * @return how many blocks were compared
     * @throws IOException if one is not as it should be
     */
    static int run(Bench bench, RunningService service) throws IOException {
        Verification verification = new Verification(bench.data().executor(DATASET));
        Registration.register(service, verification.executor);
        int sizes = DATASET.blockBytes().size();
        return verification.verify(service, FetchKind.SHUFFLE_BLOCKS, 1, sizes);
    }

    private int verify(RunningService service, FetchKind kind, int width, int mostFetches) throws IOException {
        int chunk = 0;
        try (BlockingClient client = service.endpoint(executor.appId()).client()) {
            List<Fetch> fetches = new FetchPlanner(executor, kind, DATASET.maps(), width).plan();
            for (Fetch fetch : fetches.subList(0, Math.min(mostFetches, fetches.size()))) {
                StreamHandle stream = StreamHandle.read(client.call(fetch.request()));
                client.send(ChunkRequests.of(kind).toBytes(stream));
                for (int i = 0; i < stream.chunks(); i++) {
                    if (kind == FetchKind.STREAM) {
                        compare(kind, chunk + i, width, receiveStream(client));
                    } else {
                        receiveChunk(client, kind, chunk, width);
                    }
                }
                chunk += stream.chunks();
            }
        }
        return chunk * width;
    }

    private void receiveChunk(BlockingClient client, FetchKind kind, int firstChunk, int width) throws IOException {
        ByteBuffer answer = client.receive(Frame.CHUNK);
        answer.getLong();
        // Chunks may come in any order.
        int index = answer.getInt();
        byte[] block = new byte[answer.remaining()];
        answer.get(block);
        compare(kind, firstChunk + index, width, block);
    }

    private static byte[] receiveStream(BlockingClient client) throws IOException {
        ByteBuffer answer = client.receive(Frame.STREAM_RESPONSE);
        return client.receiveRaw(answer.getLong(answer.limit() - Long.BYTES));
    }

    private void compare(FetchKind kind, int chunk, int width, byte[] actual) throws IOException {
        int map = chunk % DATASET.maps();
        int reduce = chunk / DATASET.maps() * width;
        ByteBuffer expected = ByteBuffer.allocate(Math.toIntExact(DATASET.length(reduce, reduce + width)));
        for (int i = reduce; i < reduce + width; i++) {
            BlockContent.append(expected, map, i, DATASET.length(i));
        }
        int difference = Arrays.mismatch(expected.array(), actual);
        if (difference >= 0) {
            throw new IOException(kind + " of map " + map + ", reduce " + reduce + " (" + width + " of them): "
                    + actual.length + " bytes, wrong from byte " + difference + " on (expected: "
                    + expected.capacity() + " bytes)");
        }
    }
}
