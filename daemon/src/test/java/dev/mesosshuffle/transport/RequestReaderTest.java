package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.protocol.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Large frames, which are decoded on another thread; the test's thread is the event loop. */
class RequestReaderTest {
    private static final int LARGE = FrameDecoder.SMALL_FRAME_BYTES + 1;

    private final ByteBudget decodedBytes = ByteBudget.of(1 << 24);
    private final ByteBudget inbound = ByteBudget.of(1 << 24);
    private final InboundAdmission admission = new InboundAdmission(inbound, () -> 0, FrameRates.unlimited());
    private final LargeMessages largeMessages = new LargeMessages(decodedBytes);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ReadGate gate = new ReadGate(channel, () -> 0);
    private final Loop loop = new Loop();
    private final RequestReader reader = new RequestReader(largeMessages, gate, loop);

    private static final class Loop implements RequestReader.Listener {
        private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        private final List<Request> requests = new ArrayList<>();
        private final List<Throwable> failures = new ArrayList<>();

        @Override
        public boolean isClosedLocally() {
            return false;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void setDecodingElsewhere(boolean decoding) {}

        @Override
        public void onRequest(Request request) {
            requests.add(request);
        }

        @Override
        public void onFailure(Throwable cause) {
            failures.add(cause);
        }

        @Override
        public Runnable prepare(Runnable task) {
            return () -> tasks.add(task);
        }

        private void runNextTask() throws InterruptedException {
            Objects.requireNonNull(tasks.poll(20, TimeUnit.SECONDS), "a task in time")
                    .run();
        }
    }

    /** A frame for whose every look there is no memory. */
    private static final class ScarceBuffer extends UnpooledHeapByteBuf {
        private ScarceBuffer() {
            super(UnpooledByteBufAllocator.DEFAULT, LARGE, LARGE);
            writerIndex(LARGE);
        }

        @Override
        public byte getByte(int index) {
            throw new OutOfMemoryError("for a test");
        }

        @Override
        public byte readByte() {
            throw new OutOfMemoryError("for a test");
        }
    }

    @AfterEach
    void close() {
        largeMessages.close();
        channel.finishAndReleaseAll();
        assertThat(inbound.usedBytes()).isZero();
        assertThat(decodedBytes.usedBytes()).isZero();
    }

    @Test
    void readsNothingElseUntilAFrameIsDecoded() throws Exception {
        // A heartbeat in a long frame.
        ByteBuf bytes = Unpooled.buffer(LARGE);
        bytes.writeByte(9).writeInt(5 + 2 + 1).writeByte(5).writeInt(3).writeBytes(new byte[] {'a', 'p', 'p'});
        bytes.writeZero(LARGE - bytes.readableBytes());
        reader.read(frame(bytes));
        assertThat(gate.isOpen()).isFalse();
        loop.runNextTask();
        assertThat(loop.requests.size() + loop.failures.size()).isOne();
    }

    @Test
    void tellsOfAFrameThatCouldNotEvenBeRefusedForLackOfMemory() throws Exception {
        reader.read(frame(new ScarceBuffer()));
        loop.runNextTask();
        assertThat(loop.requests).isEmpty();
        assertThat(loop.failures).singleElement().isInstanceOf(OutOfMemoryError.class);
    }

    private LargeFrame frame(ByteBuf bytes) {
        return new LargeFrame(bytes, admission.request(LARGE, new InboundAdmission.Sender("a", false), () -> {}));
    }
}
