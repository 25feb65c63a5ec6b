package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.SparkCiphers.bytes;
import static dev.mesosshuffle.security.TestConnection.concat;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Encryption by SASL, against Spark's own; the pool runs when the test says so. */
class SaslCipherTest extends SaslCipherFixture {
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
    void acceptsAnEmptyBlock() throws Exception {
        service.receive(ByteBuffer.allocate(8).putLong(8).array(), spark.send(bytes(10, 1)));
        run();
        assertThat(service.received()).isEqualTo(bytes(10, 1));
    }
}
