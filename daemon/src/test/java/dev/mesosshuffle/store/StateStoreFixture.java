package dev.mesosshuffle.store;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store in a dir of its own, open. */
abstract class StateStoreFixture {
    @TempDir
    Path stateDir;

    final MetricRegistry metrics = new MetricRegistry();
    StateStore store;

    @BeforeEach
    void open() throws Exception {
        store = StoreFixture.open(stateDir, metrics);
    }

    @AfterEach
    void close() {
        store.close();
    }

    List<LocalDir> dirsOwned() throws StoreException {
        return store.load().localDirs().stream().map(StoredLocalDir::dir).toList();
    }

    void reopen() throws StoreException {
        store.close();
        store = StoreFixture.open(stateDir);
    }
}
