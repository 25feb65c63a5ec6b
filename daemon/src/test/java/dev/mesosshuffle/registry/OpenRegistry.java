package dev.mesosshuffle.registry;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A registry in a dir of its own, open. */
abstract class OpenRegistry {
    /** The logger of Spark's service for registrations and removals. */
    static final String RESOLVER = "org.apache.spark.network.shuffle.ExternalShuffleBlockResolver";

    @TempDir
    Path temp;

    RegistryFixture fixture;
    Registry registry;

    @BeforeEach
    void open() throws Exception {
        fixture = new RegistryFixture(temp);
        registry = fixture.registry;
    }

    @AfterEach
    void close() {
        fixture.close();
    }
}
