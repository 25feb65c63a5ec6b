package dev.mesosshuffle.blocks;

import dev.mesosshuffle.host.OpenedFile;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.model.CorruptionCause;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether a disk or the network corrupted a block, by the rule of Spark's {@code ShuffleChecksumHelper}: it
 * compares the checksum that the writer stored beside the data, the one that the data has now, and the one that the reader
 * computed. Reads the whole block, so it needs a thread of its own, and is done in slices so that others have their turns.
 */
public final class CorruptionDiagnosis implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(CorruptionDiagnosis.class);

    /** Far above what an executor reads as one block; a file can be longer than its disk. */
    static final long MAX_BLOCK_BYTES = 64L << 30;

    private static final Map<String, Supplier<Checksum>> ALGORITHMS =
            Map.of("ADLER32", Adler32::new, "CRC32", CRC32::new, "CRC32C", CRC32C::new);

    private final BlockResolver resolver;
    private final RegisteredExecutor executor;
    private final ShuffleBlockId block;
    private final long checksumByReader;
    private final String algorithm;

    private @Nullable Started started;

    /**
     * What is known once the block is open.
     *
     * @param file the file with the writer's checksums
     * @param identity of that file when it was read
     * @param byWriter the writer's checksum
     * @param byDisk the checksum of the data, as far as it was read
     */
    private record Started(BlockFile file, FileIdentity identity, long byWriter, BlockChecksum byDisk) {}

    /**
     * Creates a diagnosis, which reads nothing yet.
     *
     * @param resolver opens the block
     * @param executor the executor that wrote it
     * @param block the block
     * @param checksumByReader the checksum that the reader computed
     * @param algorithm its name, as the reader spells it
     */
    public CorruptionDiagnosis(
            BlockResolver resolver,
            RegisteredExecutor executor,
            ShuffleBlockId block,
            long checksumByReader,
            String algorithm) {
        this.resolver = resolver;
        this.executor = executor;
        this.block = block;
        this.checksumByReader = checksumByReader;
        this.algorithm = algorithm;
    }

    /**
     * Reads on, and compares the three checksums after the last byte. A file that cannot be read is an {@link
     * CorruptionCause#UNKNOWN_ISSUE}. Reads the disk; used by one thread at a time.
     *
     * @param maxBytes how much to read at most, in bytes
     * @return the cause; null if there is more to read
     */
    public @Nullable CorruptionCause proceed(long maxBytes) {
        Supplier<Checksum> checksum = ALGORITHMS.get(algorithm);
        if (checksum == null) {
            return CorruptionCause.UNSUPPORTED_CHECKSUM_ALGORITHM;
        }
        try {
            Started its = started;
            if (its == null) {
                its = start(checksum.get());
                started = its;
            }
            return its.byDisk().proceed(maxBytes) ? judge(its) : null;
        } catch (IOException e) {
            logger.info("Checksum of {} of {} cannot be diagnosed: {}", block, executor.id(), ErrorMessages.of(e));
            return CorruptionCause.UNKNOWN_ISSUE;
        }
    }

    private Started start(Checksum checksum) throws IOException {
        BlockFile file = BlockFile.of(executor, block.checksumFileName(algorithm));
        OpenedFile opened = RegularFiles.open(file.root(), file.path());
        long byWriter;
        try (FileChannel channel = opened.channel()) {
            byWriter = read(channel, block.startReduceId());
        }
        return new Started(file, FileIdentity.of(opened), byWriter, new BlockChecksum(open(), checksum));
    }

    private CorruptionCause judge(Started its) throws IOException {
        if (!FileIdentity.of(its.file().path()).equals(its.identity())) {
            // The map task ran again meanwhile: checksum and data belong to two attempts.
            throw StaleIndexException.replaced(its.file().path());
        }
        CorruptionCause cause = compare(its.byWriter(), its.byDisk().value(), checksumByReader);
        logger.info("Checksum of {} of {} diagnosed: {}", block, executor.id(), cause);
        return cause;
    }

    private static CorruptionCause compare(long byWriter, long byDisk, long byReader) {
        if (byWriter != byDisk) {
            return CorruptionCause.DISK_ISSUE;
        }
        return byWriter == byReader ? CorruptionCause.CHECKSUM_VERIFY_PASS : CorruptionCause.NETWORK_ISSUE;
    }

    private static long read(FileChannel channel, int reduceId) throws IOException {
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
        FileChannels.readFully(channel, number, (long) reduceId * Long.BYTES);
        return number.flip().getLong();
    }

    private OpenSegment open() throws IOException {
        LocatedBlock located = resolver.locate(executor, block);
        while (!resolver.isFound(located)) {
            located = resolver.next(located);
        }
        OpenSegment segment = resolver.open(located);
        if (segment.length() > MAX_BLOCK_BYTES) {
            segment.close();
            throw new IOException(located.file().path() + ": block of " + segment.length()
                    + " bytes (expected: at most " + MAX_BLOCK_BYTES + " to be diagnosed)");
        }
        return segment;
    }

    /** Closes the block; nothing is read afterwards. */
    @Override
    public void close() {
        if (started != null) {
            started.byDisk().close();
            started = null;
        }
    }
}
