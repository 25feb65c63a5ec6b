package dev.mesosshuffle.dispatch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.cleanup.BlockFileRemover;
import dev.mesosshuffle.fetch.FetchFixture;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoveBlocksHandlerTest {
    @TempDir
    private Path temp;

    private final FakeCaller caller = new FakeCaller();
    private final LogCapture log = LogCapture.of(RemoveBlocksHandler.class);
    private FetchFixture fixture;
    private RegisteredExecutor executor;
    private RemoveBlocksHandler handler;

    @BeforeEach
    void writeFiles() throws Exception {
        fixture = new FetchFixture(temp);
        executor = fixture.register("app", "7");
        for (String name : List.of("rdd_1_1", "rdd_1_2", "rdd_1_3")) {
            fixture.files(executor).write(name, new byte[1]);
        }
        handler = new RemoveBlocksHandler(new BlockFileRemover(), fixture.diskExecutors, fixture.rateLimitedLogger);
    }

    @AfterEach
    void close() {
        log.close();
        fixture.close();
    }

    @Test
    void deletesTheNamedFilesAndNoOthers() throws Exception {
        handler.remove(executor, List.of("rdd_1_1", "rdd_1_3"), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.blocksRemoved(1, 2)));
        assertThat(fixture.files(executor).file("rdd_1_1")).doesNotExist();
        assertThat(fixture.files(executor).file("rdd_1_2")).exists();
        assertThat(fixture.files(executor).file("rdd_1_3")).doesNotExist();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void doesNotCountAMissingFile() throws Exception {
        handler.remove(executor, List.of("rdd_9_9", "rdd_1_1"), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.blocksRemoved(1, 1)));
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void logsAFileThatCannotBeDeletedAndContinuesWithTheNext() throws Exception {
        Path directory = Files.createDirectories(fixture.files(executor).file("rdd_2_2"));
        handler.remove(executor, List.of("rdd_2_2", "../rdd_1_2", "rdd_1_1"), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.blocksRemoved(1, 1)));
        assertThat(directory).exists();
        assertThat(fixture.files(executor).file("rdd_1_2")).exists();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith(
                        "WARN File " + directory + ", which its application no longer needs, could not be removed:");
    }

    @Test
    void deletesFilesOnAllDisks() throws Exception {
        RegisteredExecutor two = fixture.register(
                "app",
                "8",
                new LocalDir(fixture.root, fixture.root.resolve("blockmgr-8")),
                new LocalDir(fixture.otherRoot, fixture.otherRoot.resolve("blockmgr-8")));
        List<String> names = List.of("rdd_1_0", "rdd_1_1", "rdd_1_2", "rdd_1_3");
        for (String name : names) {
            fixture.files(two).write(name, new byte[1]);
        }
        assertThat(names).anyMatch(name -> fixture.files(two).file(name).startsWith(fixture.root));
        assertThat(names).anyMatch(name -> fixture.files(two).file(name).startsWith(fixture.otherRoot));
        handler.remove(two, names, caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.blocksRemoved(1, 4)));
    }

    @Test
    void failsWhenTheQueueOfTheDiskIsFull() throws Exception {
        fixture.hangDisk(0);
        handler.remove(executor, List.of("rdd_1_1"), caller.call(1));
        assertThat(caller.nextReply())
                .isEqualTo(encoded(Reply.failed(
                        1,
                        ProtocolErrors.badRequest("files cannot be deleted on disk " + fixture.root
                                + ": too many requests wait for it (expected: a response in time; it may be"
                                + " failing)"))));
        assertThat(fixture.files(executor).file("rdd_1_1")).exists();
    }

    @Test
    void waitsForADiskThatHasRoomInItsQueue() throws Exception {
        fixture.hangDisk(1);
        handler.remove(executor, List.of("rdd_1_1"), caller.call(1));
        assertThat(caller.hasReply()).isFalse();
        fixture.releaseDisk();
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.blocksRemoved(1, 1)));
    }

    @Test
    void repliesToARequestWithoutAnyFile() throws Exception {
        handler.remove(executor, List.of(), caller.call(1));
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.blocksRemoved(1, 0)));
    }

    @Test
    void anotherClientWaitsForOneSliceOfALongRequest() throws Exception {
        List<String> names = writeMany();
        AtomicLong filesLeft = new AtomicLong();
        fixture.hangDisk(2);
        handler.remove(executor, names, caller.call(1));
        fixture.diskExecutors.execute(fixture.root, "another client", () -> filesLeft.set(countFiles(names)));
        fixture.releaseDisk();
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.blocksRemoved(1, names.size())));
        assertThat(filesLeft).hasValue(names.size() - RemoveBlocksHandler.FILES_PER_SLICE);
        assertThat(caller.requestTurns.inProgress()).isZero();
    }

    @Test
    void stopsAfterTheSliceInWhichItsClientHasGone() throws Exception {
        List<String> names = writeMany();
        fixture.hangDisk(1);
        handler.remove(executor, names, caller.call(1));
        caller.leave();
        fixture.releaseDisk();
        caller.nextReply();
        assertThat(countFiles(names)).isEqualTo(names.size() - RemoveBlocksHandler.FILES_PER_SLICE);
        assertThat(caller.requestTurns.inProgress()).isZero();
    }

    @Test
    void removesForAClientSomeRequestsAtATime() throws Exception {
        fixture.hangDisk(2);
        for (int i = 1; i <= 3; i++) {
            handler.remove(executor, List.of("rdd_1_" + i), caller.call(i));
        }
        assertThat(caller.requestTurns.inProgress()).isEqualTo(2);
        assertThat(caller.requestTurns.waiting()).isEqualTo(1);
        fixture.releaseDisk();
        caller.nextReply();
        caller.nextReply();
        assertThat(fixture.files(executor).file("rdd_1_3")).exists();
        assertThat(caller.runNextTask()).isTrue();
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.blocksRemoved(3, 1)));
        assertThat(caller.requestTurns.inProgress()).isZero();
    }

    private List<String> writeMany() throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 5 * RemoveBlocksHandler.FILES_PER_SLICE; i++) {
            names.add("rdd_7_" + i);
            fixture.files(executor).write("rdd_7_" + i, new byte[1]);
        }
        return names;
    }

    private long countFiles(List<String> names) {
        return names.stream()
                .filter(name -> Files.exists(fixture.files(executor).file(name)))
                .count();
    }
}
