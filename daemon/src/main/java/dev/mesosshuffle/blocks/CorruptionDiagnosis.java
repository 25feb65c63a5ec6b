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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether a disk or the network corrupted a block, by the rule of Spark's {@code ShuffleChecksumHelper}: it
 * compares the checksum that the writer stored beside the data, the one that the data has now, and the one that the reader
 * computed. Reads the whole block, so it needs a thread of its own.
 */
public final class CorruptionDiagnosis {
    private static final Logger logger = LoggerFactory.getLogger(CorruptionDiagnosis.class);
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final Map<String, Supplier<Checksum>> ALGORITHMS =
            Map.of("ADLER32", Adler32::new, "CRC32", CRC32::new, "CRC32C", CRC32C::new);

    private final BlockResolver resolver;

    /**
     * Creates a diagnosis.
     *
     * @param resolver opens the block
     */
    public CorruptionDiagnosis(BlockResolver resolver) {
        this.resolver = resolver;
    }

    /** Compares the three checksums. A file that cannot be read is an {@link CorruptionCause#UNKNOWN_ISSUE}. */
    public CorruptionCause diagnose(
            RegisteredExecutor executor, ShuffleBlockId block, long checksumByReader, String algorithm) {
        Supplier<Checksum> checksum = ALGORITHMS.get(algorithm);
        if (checksum == null) {
            return CorruptionCause.UNSUPPORTED_CHECKSUM_ALGORITHM;
        }
        try {
            BlockFile file = BlockFile.of(executor, block.checksumFileName(algorithm));
            OpenedFile opened = RegularFiles.open(file.root(), file.path());
            long byWriter;
            try (FileChannel channel = opened.channel()) {
                byWriter = read(channel, block.startReduceId());
            }
            long byDisk = compute(executor, block, checksum.get());
            if (!FileIdentity.of(file.path()).equals(FileIdentity.of(opened))) {
                // The map task ran again meanwhile: checksum and data belong to two attempts.
                throw StaleIndexException.replaced(file.path());
            }
            CorruptionCause cause = compare(byWriter, byDisk, checksumByReader);
            logger.info("Checksum of {} of {} diagnosed: {}", block, executor.id(), cause);
            return cause;
        } catch (IOException e) {
            logger.info("Checksum of {} of {} cannot be diagnosed: {}", block, executor.id(), ErrorMessages.of(e));
            return CorruptionCause.UNKNOWN_ISSUE;
        }
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

    private long compute(RegisteredExecutor executor, ShuffleBlockId id, Checksum checksum) throws IOException {
        LocatedBlock block = resolver.locate(executor, id);
        while (!resolver.isFound(block)) {
            block = resolver.next(block);
        }
        try (OpenSegment segment = resolver.open(block)) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            long done = 0;
            while (done < segment.length()) {
                buffer.clear().limit((int) Math.min(BUFFER_BYTES, segment.length() - done));
                FileChannels.readFully(segment.file().channel(), buffer, segment.offset() + done);
                checksum.update(buffer.flip());
                done += buffer.limit();
            }
            return checksum.getValue();
        }
    }
}
