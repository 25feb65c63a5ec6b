package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which work of authentication waits for which. */
class AuthenticationThreadsTest {
    private static final String ADDRESS = "10.0.0.1";

    private final AuthenticationThreads threads = new AuthenticationThreads();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void close() {
        release.countDown();
        threads.close();
    }

    @Test
    void computesOtherHandshakesOfTheSameAddressWhileChallengesTakeLong() throws Exception {
        int accepted = fillWithChallenges();
        assertThat(accepted).isGreaterThanOrEqualTo(AuthenticationThreads.MAX_WAITING_PER_ADDRESS);
        CountDownLatch computed = new CountDownLatch(1);
        threads.handshakes().execute(ADDRESS, computed::countDown);
        assertThat(computed.await(60, TimeUnit.SECONDS)).isTrue();
    }

    /** Returns how many were accepted. */
    private int fillWithChallenges() {
        for (int accepted = 0; ; accepted++) {
            try {
                threads.challenges().execute(ADDRESS, this::takeLong);
            } catch (RejectedExecutionException e) {
                return accepted;
            }
        }
    }

    private void takeLong() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
