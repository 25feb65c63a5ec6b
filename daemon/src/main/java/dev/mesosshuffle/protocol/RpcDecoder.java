package dev.mesosshuffle.protocol;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.IdValidator;
import dev.mesosshuffle.model.ShuffleBlockId;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.apache.spark.network.shuffle.protocol.BlockTransferMessage;

/**
 * Decodes the body of an RPC or one-way message into a record. Reads it itself, once its lengths were validated: Spark's
 * decoders make lists several times as large as they arrive, while the forms here occupy about as much. For any thread.
 */
final class RpcDecoder {
    /** More than any text takes that is accepted where a message has one. */
    private static final int MAX_TEXT_BYTES = 16 * 1024;

    /** The longest name of an algorithm that Spark knows has 7. */
    private static final int MAX_ALGORITHM_BYTES = 64;

    /**
     * The one byte after Spark's {@code RegisterDriver} by which our own listener says that it registers again after a loss.
     * Spark's decoders do not read it. Anything else there means nothing, as after any other message.
     */
    private static final byte REREGISTERS = 1;

    private static final BlockTransferMessage.Type[] TYPES = BlockTransferMessage.Type.values();

    private RpcDecoder() {}

    /** Decodes a body. An invalid one becomes an {@link RpcMessage.Invalid}. The caller releases the buffer. */
    static RpcMessage decode(ByteBuf body) {
        try {
            return decodeOrReject(body);
        } catch (RejectedMessageException e) {
            boolean isHandshake = body.isReadable() && HandshakeMessage.isTag(body.getByte(body.readerIndex()));
            return new RpcMessage.Invalid(String.valueOf(e.getMessage()), isHandshake);
        } catch (MalformedMessageException | IllegalArgumentException e) {
            return new RpcMessage.Invalid(ProtocolErrors.badRequest(String.valueOf(e.getMessage())));
        }
    }

    private static RpcMessage decodeOrReject(ByteBuf body) throws RejectedMessageException, MalformedMessageException {
        if (!body.isReadable()) {
            throw new MalformedMessageException("message of 0 bytes (expected: at least 1, its type)");
        }
        byte id = body.getByte(body.readerIndex());
        BlockTransferMessage.Type type = Stream.of(TYPES)
                .filter(t -> t.id() == id)
                .findFirst()
                .orElseThrow(() -> new RejectedMessageException(ProtocolErrors.unknownMessageType(id)));
        return switch (type) {
            case REGISTER_EXECUTOR -> registerExecutor(body);
            case OPEN_BLOCKS -> openBlocks(body);
            case FETCH_SHUFFLE_BLOCKS -> fetchShuffleBlocks(body);
            case REMOVE_BLOCKS -> removeBlocks(body);
            case GET_LOCAL_DIRS_FOR_EXECUTORS -> getLocalDirs(body);
            case DIAGNOSE_CORRUPTION -> diagnoseCorruption(body);
            case REGISTER_DRIVER -> registerDriver(body);
            case HEARTBEAT -> heartbeat(body);
            case FETCH_SHUFFLE_BLOCK_CHUNKS, FINALIZE_SHUFFLE_MERGE, PUSH_BLOCK_STREAM ->
                throw new RejectedMessageException(ProtocolErrors.NO_MERGED_SHUFFLE);
            case REMOVE_SHUFFLE_MERGE -> throw new RejectedMessageException(ProtocolErrors.NO_MERGED_SHUFFLE_REMOVAL);
            case UPLOAD_BLOCK,
                    UPLOAD_BLOCK_STREAM,
                    STREAM_HANDLE,
                    BLOCKS_REMOVED,
                    LOCAL_DIRS_FOR_EXECUTORS,
                    MERGE_STATUSES,
                    CORRUPTION_CAUSE,
                    PUSH_BLOCK_RETURN_CODE ->
                throw new RejectedMessageException(ProtocolErrors.unexpectedMessage(type.name()));
        };
    }

    private static RpcMessage registerExecutor(ByteBuf body) throws MalformedMessageException {
        LengthValidator validator = fields(body).string("appId").string("execId");
        int start = validator.position();
        int dirs = validator.strings("localDirs");
        int subDirsStart = validator.position();
        validator.skip("subDirsPerLocalDir", Integer.BYTES).string("shuffleManager");
        return new RpcMessage.RegisterExecutor(
                executor(body),
                new ExecutorShuffleInfo(
                        PackedStrings.read(body, start + Integer.BYTES, dirs),
                        body.getInt(subDirsStart),
                        string(body, subDirsStart + Integer.BYTES)));
    }

    private static RpcMessage openBlocks(ByteBuf body) throws RejectedMessageException, MalformedMessageException {
        LengthValidator validator = fields(body).string("appId").string("execId");
        int start = validator.position();
        int blocks = validator.strings("blockIds");
        return new RpcMessage.OpenStream(executor(body), ParsedBlockIds.parse(body, start + Integer.BYTES, blocks));
    }

    private static RpcMessage fetchShuffleBlocks(ByteBuf body)
            throws RejectedMessageException, MalformedMessageException {
        LengthValidator validator = fields(body).string("appId").string("execId");
        int shuffleIdStart = validator.position();
        int maps = validator.skip("shuffleId", Integer.BYTES).longs("mapIds");
        LengthValidator.IntArrays reduceIds = validator.intArrays("reduceIds");
        boolean batch = validator.bool("batchFetchEnabled");
        // Spark's message class checks the following two only by assertions.
        if (maps != reduceIds.arrays()) {
            throw new MalformedMessageException(
                    "reduceIds: " + reduceIds.arrays() + " lists (expected: " + maps + ", one for each of the mapIds)");
        }
        if (batch && !reduceIds.pairs()) {
            throw new MalformedMessageException(
                    "reduceIds of a batch (expected: 2 for each map id, the first and the one after the last)");
        }
        int mapIdsStart = shuffleIdStart + 2 * Integer.BYTES;
        return new RpcMessage.OpenStream(
                executor(body), CompactBlockIds.read(body, body.getInt(shuffleIdStart), mapIdsStart, reduceIds, batch));
    }

    private static RpcMessage removeBlocks(ByteBuf body) throws MalformedMessageException {
        LengthValidator validator = fields(body).string("appId").string("execId");
        int start = validator.position();
        int blocks = validator.strings("blockIds");
        return new RpcMessage.RemoveBlocks(executor(body), PackedStrings.read(body, start + Integer.BYTES, blocks));
    }

    private static RpcMessage getLocalDirs(ByteBuf body) throws MalformedMessageException {
        LengthValidator validator = fields(body).string("appId");
        int start = validator.position();
        int executors = validator.strings("execIds");
        String appId = appId(body);
        PackedStrings execIds = PackedStrings.read(body, start + Integer.BYTES, executors);
        return new RpcMessage.GetLocalDirs(PackedExecutorIds.of(appId, execIds));
    }

    private static RpcMessage diagnoseCorruption(ByteBuf body) throws MalformedMessageException {
        LengthValidator validator = fields(body).string("appId").string("execId");
        int block = validator.position();
        validator
                .skip("shuffleId", Integer.BYTES)
                .skip("mapId", Long.BYTES)
                .skip("reduceId", Integer.BYTES)
                .skip("checksum", Long.BYTES)
                .string("algorithm");
        int mapId = block + Integer.BYTES;
        int reduceId = mapId + Long.BYTES;
        int checksum = reduceId + Integer.BYTES;
        return new RpcMessage.DiagnoseCorruption(
                executor(body),
                new ShuffleBlockId(
                        body.getInt(block), body.getLong(mapId), body.getInt(reduceId), body.getInt(reduceId) + 1),
                body.getLong(checksum),
                string(body, checksum + Long.BYTES, MAX_ALGORITHM_BYTES));
    }

    private static RpcMessage registerDriver(ByteBuf body) throws MalformedMessageException {
        LengthValidator validator = fields(body).string("appId");
        int timeout = validator.position();
        validator.skip("heartbeatTimeoutMs", Long.BYTES);
        long timeoutMs = body.getLong(timeout);
        if (timeoutMs <= 0) {
            throw new MalformedMessageException("heartbeatTimeoutMs: " + timeoutMs + " (expected: > 0)");
        }
        boolean reregisters = validator.isLastByte(REREGISTERS);
        return new RpcMessage.RegisterDriver(appId(body), timeoutMs, reregisters);
    }

    private static RpcMessage heartbeat(ByteBuf body) throws MalformedMessageException {
        fields(body).string("appId");
        return new RpcMessage.Heartbeat(appId(body));
    }

    private static LengthValidator fields(ByteBuf body) throws MalformedMessageException {
        return new LengthValidator(body).skip("type", Byte.BYTES);
    }

    /** The application that each message begins with, after its type. */
    private static String appId(ByteBuf body) {
        return IdValidator.check("appId", string(body, body.readerIndex() + Byte.BYTES));
    }

    /** The executor that most messages begin with, after their type. */
    private static AppExecId executor(ByteBuf body) {
        int appId = body.readerIndex() + Byte.BYTES;
        int execId = appId + Integer.BYTES + body.getInt(appId);
        return new AppExecId(string(body, appId), string(body, execId));
    }

    private static String string(ByteBuf body, int position) {
        return string(body, position, MAX_TEXT_BYTES);
    }

    private static String string(ByteBuf body, int position, int maxBytes) {
        int bytes = body.getInt(position);
        if (bytes > maxBytes) {
            throw new IllegalArgumentException("text of " + bytes + " bytes (expected: at most " + maxBytes + ")");
        }
        return body.toString(position + Integer.BYTES, bytes, StandardCharsets.UTF_8);
    }
}
