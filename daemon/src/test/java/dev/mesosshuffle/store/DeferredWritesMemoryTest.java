package dev.mesosshuffle.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What deferred operations occupy is limited, and released to the last byte. */
class DeferredWritesMemoryTest {
    private static final OperationQueue.Entry FIRST = entry("app-1");
    private static final OperationQueue.Entry SECOND = entry("app-2");
    private static final long BYTES =
            WriterFixture.ofExecutor("app-1", "1", "blockmgr-1").heapBytes();

    private final DeferredWrites deferred = new DeferredWrites(100, 2 * BYTES);

    @Test
    void hasRoomUpToTheMaximumAndAgainAfterwards() {
        deferred.add(FIRST);
        assertThat(deferred.hasRoomFor(SECOND)).isTrue();
        deferred.add(SECOND);
        assertThat(deferred.bytes()).isEqualTo(2 * BYTES);
        assertThat(deferred.hasRoomFor(FIRST)).isFalse();
        deferred.drop(1);
        assertThat(deferred.hasRoomFor(FIRST)).isTrue();
        deferred.drop(1);
        assertThat(deferred.bytes()).isZero();
    }

    @Test
    void releasesTheRegistrationsOfARemovedApplication() {
        deferred.add(FIRST);
        deferred.add(SECOND);
        deferred.dropRegistrations("app-1");
        assertThat(deferred.bytes()).isEqualTo(BYTES);
    }

    @Test
    void countsTheTextsOfAnOperation() {
        assertThat(WriterFixture.ofExecutor("app-1", "1", "blockmgr-" + "x".repeat(200))
                        .heapBytes())
                .isGreaterThan(BYTES + 3 * 2 * 190);
    }

    private static OperationQueue.Entry entry(String appId) {
        return new OperationQueue.Entry(WriterFixture.ofExecutor(appId, "1", "blockmgr-1"), new CompletableFuture<>());
    }
}
