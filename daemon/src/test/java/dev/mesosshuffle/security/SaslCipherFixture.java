package dev.mesosshuffle.security;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.network.sasl.SaslEncryptionAccess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Encryption by SASL, against Spark's own; the pool runs when the test says so. */
abstract class SaslCipherFixture {
    static final int BLOCK_BYTES = 64 * 1024;

    final ManualPool pool = new ManualPool();
    final List<String> pauses = new ArrayList<>();
    SaslPeers peers;
    TestConnection spark;
    TestConnection service;

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

    final class Pauses implements InboundPause {
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
    void run() {
        service.channel.runPendingTasks();
        while (!pool.tasks.isEmpty()) {
            step();
        }
    }

    void step() {
        pool.run();
        service.channel.runPendingTasks();
    }
}
