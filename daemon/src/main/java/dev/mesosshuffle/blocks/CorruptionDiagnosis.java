package dev.mesosshuffle.blocks;

import dev.mesosshuffle.host.OpenedFile;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.model.CorruptionCause;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.file.Path;
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
 * computed. Reads the whole block, so it needs threads of its own, and is done in steps, each on one disk, so that others have
 * their turns and a disk that hangs keeps its own diagnoses only.
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

    private final BlockFile checksums;

    private @Nullable WriterChecksum byWriter;
    private @Nullable LocatedBlock located;
    private @Nullable BlockChecksum byDisk;
    private boolean isRead;

    /**
     * What the writer stored.
     *
     * @param value its checksum of the block
     * @param identity of the file with its checksums when it was read
     */
    private record WriterChecksum(long value, FileIdentity identity) {}

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
        this.checksums = BlockFile.of(executor, block.checksumFileName(algorithm));
    }

    /** Returns the root that stands for the disk that the next step reads. Does not read a disk. */
    public Path root() {
        LocatedBlock data = located;
        return data == null || isRead ? checksums.root() : data.file().root();
    }

    /**
     * Takes the next steps on the disk of {@link #root}, until one belongs on another disk, or enough was read; the last step
     * compares the three checksums. A file that cannot be read is an {@link CorruptionCause#UNKNOWN_ISSUE}. Used by one thread
     * at a time.
     *
     * @param maxBytes how much to read at most, in bytes
     * @return the cause; null if there is more to do
     */
    public @Nullable CorruptionCause proceed(long maxBytes) {
        Supplier<Checksum> checksum = ALGORITHMS.get(algorithm);
        if (checksum == null) {
            return CorruptionCause.UNSUPPORTED_CHECKSUM_ALGORITHM;
        }
        try {
            Path disk = root();
            CorruptionCause cause = null;
            boolean hasRead = false;
            while (cause == null && !hasRead && root().equals(disk)) {
                cause = step(checksum, maxBytes);
                hasRead = byDisk != null && !isRead;
            }
            return cause;
        } catch (IOException e) {
            logger.info("Checksum of {} of {} cannot be diagnosed: {}", block, executor.id(), ErrorMessages.of(e));
            return CorruptionCause.UNKNOWN_ISSUE;
        }
    }

    private @Nullable CorruptionCause step(Supplier<Checksum> checksum, long maxBytes) throws IOException {
        WriterChecksum stored = byWriter;
        LocatedBlock data = located;
        BlockChecksum read = byDisk;
        if (stored == null || data == null) {
            byWriter = readStored();
            located = resolver.locate(executor, block);
        } else if (read != null) {
            if (isRead) {
                return judge(stored, read.value());
            }
            isRead = read.proceed(maxBytes);
        } else if (resolver.isFound(data)) {
            BlockChecksum begun = open(data, checksum.get());
            byDisk = begun;
            isRead = begun.proceed(maxBytes);
        } else {
            located = resolver.next(data);
        }
        return null;
    }

    private WriterChecksum readStored() throws IOException {
        try (OpenedFile opened = RegularFiles.open(checksums.root(), checksums.path())) {
            long value = FileReads.readLong(opened, (long) block.startReduceId() * Long.BYTES);
            return new WriterChecksum(value, FileIdentity.of(opened));
        }
    }

    private CorruptionCause judge(WriterChecksum stored, long valueByDisk) throws IOException {
        if (!FileIdentity.of(checksums.path()).equals(stored.identity())) {
            // The map task ran again meanwhile: checksum and data belong to two attempts.
            throw StaleIndexException.replaced(checksums.path());
        }
        CorruptionCause cause = compare(stored.value(), valueByDisk, checksumByReader);
        logger.info("Checksum of {} of {} diagnosed: {}", block, executor.id(), cause);
        return cause;
    }

    private static CorruptionCause compare(long byWriter, long byDisk, long byReader) {
        if (byWriter != byDisk) {
            return CorruptionCause.DISK_ISSUE;
        }
        return byWriter == byReader ? CorruptionCause.CHECKSUM_VERIFY_PASS : CorruptionCause.NETWORK_ISSUE;
    }

    private BlockChecksum open(LocatedBlock data, Checksum empty) throws IOException {
        OpenSegment segment = open(data);
        BlockChecksum begun = null;
        try {
            begun = new BlockChecksum(segment, empty);
            return begun;
        } finally {
            if (begun == null) {
                segment.close();
            }
        }
    }

    private OpenSegment open(LocatedBlock data) throws IOException {
        OpenSegment segment = resolver.open(data);
        if (segment.length() > MAX_BLOCK_BYTES) {
            segment.close();
            throw new IOException(data.file().path() + ": block of " + segment.length() + " bytes (expected: at most "
                    + MAX_BLOCK_BYTES + " to be diagnosed)");
        }
        return segment;
    }

    /** Closes the block; nothing is read afterwards. */
    @Override
    public void close() {
        if (byDisk != null) {
            byDisk.close();
            byDisk = null;
        }
    }
}
