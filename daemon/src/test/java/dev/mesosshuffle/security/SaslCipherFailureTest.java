package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.SparkCiphers.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import java.io.File;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** What encryption by SASL does with damaged blocks, a full pool, scarce memory and an early end. */
class SaslCipherFailureTest extends SaslCipherFixture {
    private boolean isDisposed() {
        try {
            peers.server().wrap(new byte[1], 0, 1);
            return false;
        } catch (Exception | AssertionError e) {
            return true;
        }
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
