package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.SparkCiphers.bytes;
import static dev.mesosshuffle.security.TestConnection.concat;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import java.io.File;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.network.sasl.SaslEncryptionAccess;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Encryption by SASL, against Spark's own; the pool runs when the test says so. */
class SaslCipherTest {
    private static final int BLOCK_BYTES = 64 * 1024;

    private final ManualPool pool = new ManualPool();
    private final List<String> pauses = new ArrayList<>();
    private SaslPeers peers;
    private TestConnection spark;
    private TestConnection service;

    @BeforeEach
    void connect() throws Exception {
        peers = SaslPeers.connect();
        spark = new TestConnection();
        SaslEncryptionAccess.addToChannel(spark.channel, peers.client(), BLOCK_BYTES);
        service = new TestConnection(new SaslCipher(
                new SaslBlocks(peers.server(), BLOCK_BYTES), pool, new AddressClient("10.0.0.1"), new Pauses()));
    }

    @AfterEach
    void close() {
        spark.close();
        service.close();
        run();
    }

    private final class Pauses implements InboundPause {
        @Override
        public void pause() {
            pauses.add("pause");
        }

        @Override
        public void resume() {
            pauses.add("resume");
        }
    }

    /** Runs the pool and the event loop until both have nothing to do. */
    private void run() {
        service.channel.runPendingTasks();
        while (!pool.tasks.isEmpty()) {
            step();
        }
    }

    private void step() {
        pool.run();
        service.channel.runPendingTasks();
    }

    private boolean isDisposed() {
        try {
            peers.server().wrap(new byte[1], 0, 1);
            return false;
        } catch (Exception | AssertionError e) {
            return true;
        }
    }

    @Test
    void talksToSpark() throws Exception {
        for (int length : new int[] {1, 100, 65_535, 65_536, 65_537, 200_000}) {
            byte[] plain = bytes(length, length);
            // Spark loses the rest of a buffer that is longer than a block; what it sends so is a file region.
            for (int start = 0; start < length; start += BLOCK_BYTES) {
                service.receive(spark.send(Arrays.copyOfRange(plain, start, Math.min(length, start + BLOCK_BYTES))));
            }
            service.write(plain);
            run();
            assertThat(Arrays.equals(service.received(), plain))
                    .as("received %s", length)
                    .isTrue();
            assertThat(Arrays.equals(spark.receive(service.sent()), plain))
                    .as("sent %s", length)
                    .isTrue();
        }
    }

    @Test
    void tellsThatABlockIsIncompleteAndNotThatACompleteOneWaits() throws Exception {
        RecordCipher cipher = service.channel.pipeline().get(SaslCipher.class);
        byte[] block = spark.send(bytes(50, 1));
        assertThat(cipher.isRecordIncomplete()).isFalse();
        service.receive(Arrays.copyOf(block, block.length - 1));
        assertThat(cipher.isRecordIncomplete()).isTrue();
        service.receive(Arrays.copyOfRange(block, block.length - 1, block.length));
        assertThat(cipher.isRecordIncomplete()).isFalse();
        run();
        assertThat(service.received()).hasSize(50);
    }

    @Test
    void unwrapsBlocksThatAreSplitAnywhere() throws Exception {
        byte[] plain = bytes(50, 1);
        int blockBytes = spark.send(plain).length;
        // That one is lost, and blocks are numbered.
        close();
        connect();
        for (int split = 0; split <= 2 * blockBytes; split++) {
            byte[] blocks = concat(spark.send(plain), spark.send(plain));
            int first = Math.min(split, blocks.length);
            service.receive(Arrays.copyOf(blocks, first), Arrays.copyOfRange(blocks, first, blocks.length));
            run();
            assertThat(service.received()).isEqualTo(concat(plain, plain));
        }
    }

    @Test
    void doesNothingOnTheEventLoop() throws Exception {
        service.receive(spark.send(bytes(10, 1)));
        service.write(bytes(10, 2));
        service.channel.runPendingTasks();
        assertThat(pool.tasks).hasSize(1);
        assertThat(service.received()).isEmpty();
        assertThat(service.sent()).isEmpty();
        run();
        assertThat(service.received()).hasSize(10);
        assertThat(spark.receive(service.sent())).isEqualTo(bytes(10, 2));
    }

    @Test
    void keepsTheOrderOfManyWritesAndCompletesEachPromiseWhenItWasSent() throws Exception {
        List<byte[]> written = new ArrayList<>();
        List<ChannelFuture> futures = new ArrayList<>();
        List<Integer> completed = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] plain = bytes(1 + 997 * i, i);
            int number = i;
            written.add(plain);
            ChannelFuture future = service.channel.write(TestConnection.direct(plain));
            future.addListener(sent -> completed.add(number));
            futures.add(future);
        }
        service.channel.flush();
        assertThat(futures).noneMatch(ChannelFuture::isDone);
        step();
        assertThat(completed).isNotEmpty().hasSizeLessThan(40);
        run();
        assertThat(futures).allMatch(ChannelFuture::isSuccess);
        assertThat(completed).isSorted().hasSize(40);
        assertThat(Arrays.equals(spark.receive(service.sent()), concat(written.toArray(new byte[0][]))))
                .isTrue();
    }

    @Test
    void takesTurnsBetweenDirections() throws Exception {
        service.write(bytes(6 * BLOCK_BYTES, 1));
        service.receive(spark.send(bytes(100, 2)));
        step();
        step();
        assertThat(service.received()).hasSize(100);
        run();
        assertThat(spark.receive(service.sent())).hasSize(6 * BLOCK_BYTES);
    }

    @Test
    void wrapsLittleForAPeerThatDoesNotRead() throws Exception {
        StalledPeer peer = new StalledPeer();
        service.channel.pipeline().addFirst(peer);
        ChannelFuture written = service.channel.writeAndFlush(TestConnection.direct(bytes(10 * BLOCK_BYTES, 1)));
        run();
        assertThat(peer.writes).hasSize(2);
        assertThat(written.isDone()).isFalse();
        while (!peer.writes.isEmpty()) {
            peer.readOne();
            run();
            assertThat(peer.writes).hasSizeLessThanOrEqualTo(2);
        }
        assertThat(written.isSuccess()).isTrue();
        assertThat(spark.receive(service.sent())).hasSize(10 * BLOCK_BYTES);
    }

    /** Holds what is written until the test lets one go. */
    private static final class StalledPeer extends ChannelOutboundHandlerAdapter {
        private final List<Runnable> writes = new ArrayList<>();

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            writes.add(() -> {
                var unused = context.writeAndFlush(message, promise);
            });
        }

        private void readOne() {
            writes.remove(0).run();
        }
    }

    @Test
    void stopsReadingWhileTooMuchWaits() throws Exception {
        service.receive(spark.send(bytes(10, 1)));
        assertThat(pauses).isEmpty();
        service.receive(spark.send(bytes(40_000, 2)));
        assertThat(pauses).containsExactly("pause");
        service.receive(spark.send(bytes(40_000, 3)));
        assertThat(pauses).containsExactly("pause");
        run();
        assertThat(pauses).containsExactly("pause", "resume");
        assertThat(service.received()).hasSize(80_010);
    }

    @Test
    void closesForAFlippedBitAnywhere() throws Exception {
        int blockBytes = spark.send(bytes(20, 1)).length;
        for (int position = 0; position < blockBytes; position++) {
            close();
            connect();
            byte[] changed = spark.send(bytes(20, 1));
            // A block that became longer is found out when it is complete.
            byte[] next = spark.send(bytes(60_000, 2));
            changed[position] ^= (byte) (1 << (position % 8));
            Throwable failure = service.failure(changed);
            for (int offset = 0; failure == null && offset < next.length; offset += 10_000) {
                failure = failureOfTurn();
                if (failure == null && service.channel.isOpen()) {
                    failure = service.failure(Arrays.copyOfRange(next, offset, Math.min(offset + 10_000, next.length)));
                }
            }
            if (failure == null) {
                failure = failureOfTurn();
            }
            assertThat(failure).as("byte %s", position).isInstanceOf(ProtectionException.class);
            assertThat(service.channel.isOpen()).isFalse();
            assertThat(service.received()).isEmpty();
            assertThat(isDisposed()).isTrue();
        }
    }

    private Throwable failureOfTurn() {
        run();
        return Assertions.catchThrowable(service.channel::checkException);
    }

    @Test
    void closesForAnImpossibleLength() throws Exception {
        int most = 8 + BLOCK_BYTES + 64;
        for (long length : new long[] {Long.MIN_VALUE, -1, 0, 7, most + 1, Long.MAX_VALUE}) {
            close();
            connect();
            byte[] head = ByteBuffer.allocate(8).putLong(length).array();
            assertThat(service.failure(head))
                    .isInstanceOf(ProtectionException.class)
                    .hasMessage("a SASL block has a length of " + length + " bytes (expected: 8 to " + most
                            + "): check spark.network.sasl.maxEncryptedBlockSize of both sides");
            assertThat(service.channel.isOpen()).isFalse();
        }
        close();
        connect();
        assertThat(service.failure(ByteBuffer.allocate(8).putLong(most).array()))
                .isNull();
    }

    @Test
    void acceptsAnEmptyBlock() throws Exception {
        service.receive(ByteBuffer.allocate(8).putLong(8).array(), spark.send(bytes(10, 1)));
        run();
        assertThat(service.received()).isEqualTo(bytes(10, 1));
    }

    @Test
    void closesForABlockThatIsRepeated() throws Exception {
        byte[] block = spark.send(bytes(10, 1));
        service.receive(block);
        run();
        assertThat(service.received()).hasSize(10);
        service.receive(block);
        assertThat(failureOfTurn())
                .hasMessageStartingWith("a SASL block of ")
                .hasMessageContaining("bytes is not genuine");
    }

    @Test
    void releasesEverythingIfItEndsWhileATurnRuns() throws Exception {
        ByteBuf first = TestConnection.direct(bytes(100_000, 1));
        ByteBuf second = TestConnection.direct(bytes(10, 2));
        ChannelFuture firstWritten = service.channel.write(first);
        ChannelFuture secondWritten = service.channel.writeAndFlush(second);
        byte[] block = spark.send(bytes(50, 1));
        service.receive(block, Arrays.copyOf(block, 20));
        service.end();
        assertThat(firstWritten.cause()).isInstanceOf(ClosedChannelException.class);
        assertThat(secondWritten.cause()).isInstanceOf(ClosedChannelException.class);
        // The turn still reads its part of the first one.
        assertThat(isDisposed()).isFalse();
        run();
        assertThat(isDisposed()).isTrue();
        assertThat(first.refCnt()).isZero();
        assertThat(second.refCnt()).isZero();
        ByteBuf late = TestConnection.direct(bytes(10, 2));
        assertThat(service.channel.writeAndFlush(late).isSuccess()).isFalse();
        assertThat(late.refCnt()).isZero();
    }

    @Test
    void failsWhatIsBeingWrappedIfItEnds() {
        ChannelFuture written = service.channel.writeAndFlush(TestConnection.direct(bytes(10, 1)));
        service.end();
        assertThat(written.cause()).as("at once, not when the pool is done").isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void releasesWhatThereIsNoMemoryToUnwrapInto() throws Exception {
        ByteBuf blocks = TestConnection.direct(spark.send(bytes(10, 1)));
        ByteBufAllocator scarce = (ByteBufAllocator) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ByteBufAllocator.class}, (self, method, arguments) -> {
                    throw new OutOfMemoryError("for a test");
                });
        Throwable failure =
                Assertions.catchThrowable(() -> new SaslBlocks(peers.server(), BLOCK_BYTES).unwrap(scarce, blocks));
        assertThat(failure).isInstanceOf(OutOfMemoryError.class);
        assertThat(blocks.refCnt()).isZero();
    }

    @Test
    void closesIfMemoryRunsOutAsTheTurnWasQueued() throws Exception {
        pool.outOfMemory = true;
        ByteBuf unsent = TestConnection.direct(bytes(10, 2));
        ChannelFuture written = service.channel.writeAndFlush(unsent);
        assertThat(written.cause()).isInstanceOf(OutOfMemoryError.class);
        assertThat(unsent.refCnt()).isZero();
        assertThat(Assertions.catchThrowable(service.channel::checkException)).isInstanceOf(OutOfMemoryError.class);
        run();
        assertThat(service.sent()).isEmpty();
        assertThat(isDisposed()).isTrue();
    }

    @Test
    void closesIfThePoolIsFull() {
        pool.full = true;
        ByteBuf unsent = TestConnection.direct(bytes(10, 2));
        ChannelFuture written = service.channel.writeAndFlush(unsent);
        assertThat(written.cause()).isInstanceOf(ProtectionException.class).hasMessageStartingWith("too many");
        assertThat(unsent.refCnt()).isZero();
        assertThat(Assertions.catchThrowable(service.channel::checkException)).isInstanceOf(ProtectionException.class);
        assertThat(service.channel.isOpen()).isFalse();
    }

    @Test
    void refusesToSendAFileInClear() throws Exception {
        DefaultFileRegion region = new DefaultFileRegion(new File("/dev/null"), 0, 1);
        ChannelFuture written = service.channel.writeAndFlush(region);
        assertThat(written.cause()).isInstanceOf(IllegalStateException.class);
        assertThat(region.refCnt()).isZero();
        assertThat(service.sent()).isEmpty();
    }
}
