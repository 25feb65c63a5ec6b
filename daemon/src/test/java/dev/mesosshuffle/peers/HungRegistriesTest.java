package dev.mesosshuffle.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.store.RegistryImport;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StoreFixture;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registries of a host, read with a limit on the time. */
final class HungRegistriesTest {
    @TempDir
    private Path temp;

    private Path stateDir;
    private StateStore own;

    @BeforeEach
    void setUp() throws StoreException {
        stateDir = temp.resolve("state");
        own = StoreFixture.open(stateDir);
    }

    @AfterEach
    void tearDown() {
        own.close();
    }

    @Test
    void failsWhileADiskHangsAndStopsWaiting() throws Exception {
        CountDownLatch back = new CountDownLatch(1);
        try (TimeLimiter limiter = new TimeLimiter("registries", Duration.ofMillis(50))) {
            PeerRegistries limited = PeerRegistries.of(stateDir, StoreFixture.PORT, List.of(), limiter);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> limiter.call("one of the registries of this host", () -> {
                        back.await();
                        return null;
                    }));
            for (DiskUse use : List.<DiskUse>of(
                    limited::knownDirs, limited::realStateDirs, () -> limited.isOwned(stateDir), () -> {
                        limited.deleteRemoval(stateDir);
                        return true;
                    })) {
                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(use::use)
                        .withMessageContaining("one of the registries of this host did not respond within 50 ms")
                        .withMessageContaining(stateDir.toString());
            }
        } finally {
            back.countDown();
        }
    }

    private interface DiskUse {
        Object use() throws StoreException;
    }

    @Test
    void readsAllInTime() throws Exception {
        StoreFixture.await(StoreFixture.put(own, StoreFixture.executor("a", "0", "blockmgr-a")));
        try (TimeLimiter limiter = new TimeLimiter("registries", Duration.ofMinutes(1))) {
            PeerRegistries limited = PeerRegistries.of(stateDir, StoreFixture.PORT, List.of(), limiter);
            assertThat(limited.knownDirs().owned()).hasSize(1);
            assertThat(limited.realStateDirs()).contains(stateDir, stateDir.toRealPath());
        }
    }

    @Test
    void waitsForNobodyWhoPutAFifoInPlaceOfADirectory() throws Exception {
        Path fifo = temp.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        try (TimeLimiter limiter = new TimeLimiter("registries", Duration.ofSeconds(5))) {
            PeerRegistries limited = PeerRegistries.of(stateDir, StoreFixture.PORT, List.of(fifo), limiter);
            assertThat(limited.peers().trustedFiles()).isEmpty();
            assertThatThrownBy(limited::knownDirs)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(fifo + " cannot be searched for: " + NotDirectoryException.class.getName());
            assertThat(RegistryImport.wasImportedFrom(fifo, StoreFixture.PORT)).isFalse();
        }
        assertThat(Thread.getAllStackTraces())
                .as("calls that open a file")
                .allSatisfy((thread, frames) -> assertThat(frames)
                        .noneMatch(frame -> frame.getMethodName().startsWith("open")));
    }
}
