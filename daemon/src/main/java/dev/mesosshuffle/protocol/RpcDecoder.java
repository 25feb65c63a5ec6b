package dev.mesosshuffle.protocol;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.IdValidator;
import dev.mesosshuffle.model.ShuffleBlockId;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.network.shuffle.protocol.BlockTransferMessage;
import org.apache.spark.network.shuffle.protocol.DiagnoseCorruption;
import org.apache.spark.network.shuffle.protocol.FetchShuffleBlocks;
import org.apache.spark.network.shuffle.protocol.GetLocalDirsForExecutors;
import org.apache.spark.network.shuffle.protocol.OpenBlocks;
import org.apache.spark.network.shuffle.protocol.RegisterExecutor;
import org.apache.spark.network.shuffle.protocol.RemoveBlocks;
import org.apache.spark.network.shuffle.protocol.mesos.RegisterDriver;
import org.apache.spark.network.shuffle.protocol.mesos.ShuffleServiceHeartbeat;

/** Decodes the body of an RPC or one-way message into a record, with Spark's own decoders. For any thread. */
final class RpcDecoder {
    private static final BlockTransferMessage.Type[] TYPES = BlockTransferMessage.Type.values();

    private RpcDecoder() {}

    /** Decodes a body. An invalid one becomes an {@link RpcMessage.Invalid}. The caller releases the buffer. */
    static RpcMessage decode(ByteBuf body) {
        try {
            return decodeOrReject(body);
        } catch (RejectedMessageException e) {
            return new RpcMessage.Invalid(String.valueOf(e.getMessage()));
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
        fields(body)
                .string("appId")
                .string("execId")
                .strings("localDirs")
                .skip("subDirsPerLocalDir", Integer.BYTES)
                .string("shuffleManager");
        RegisterExecutor message = (RegisterExecutor) spark(body);
        return new RpcMessage.RegisterExecutor(
                new AppExecId(message.appId, message.execId),
                new ExecutorShuffleInfo(
                        List.of(message.executorInfo.localDirs),
                        message.executorInfo.subDirsPerLocalDir,
                        message.executorInfo.shuffleManager));
    }

    private static RpcMessage openBlocks(ByteBuf body) throws RejectedMessageException, MalformedMessageException {
        fields(body).string("appId").string("execId").strings("blockIds");
        OpenBlocks message = (OpenBlocks) spark(body);
        return new RpcMessage.OpenStream(
                new AppExecId(message.appId, message.execId), ParsedBlockIds.parse(message.blockIds));
    }

    private static RpcMessage fetchShuffleBlocks(ByteBuf body)
            throws RejectedMessageException, MalformedMessageException {
        LengthValidator validator =
                fields(body).string("appId").string("execId").skip("shuffleId", Integer.BYTES);
        int maps = validator.longs("mapIds");
        int[] reduceIds = validator.intArrays("reduceIds");
        boolean batch = validator.bool("batchFetchEnabled");
        // Spark's message class checks the following two only by assertions.
        if (maps != reduceIds.length) {
            throw new MalformedMessageException(
                    "reduceIds: " + reduceIds.length + " lists (expected: " + maps + ", one for each of the mapIds)");
        }
        if (batch && IntStream.of(reduceIds).anyMatch(length -> length != 2)) {
            throw new MalformedMessageException(
                    "reduceIds of a batch (expected: 2 for each map id, the first and the one after the last)");
        }
        FetchShuffleBlocks message = (FetchShuffleBlocks) spark(body);
        return new RpcMessage.OpenStream(new AppExecId(message.appId, message.execId), CompactBlockIds.of(message));
    }

    private static RpcMessage removeBlocks(ByteBuf body) throws MalformedMessageException {
        fields(body).string("appId").string("execId").strings("blockIds");
        RemoveBlocks message = (RemoveBlocks) spark(body);
        return new RpcMessage.RemoveBlocks(new AppExecId(message.appId, message.execId), List.of(message.blockIds));
    }

    private static RpcMessage getLocalDirs(ByteBuf body) throws MalformedMessageException {
        fields(body).string("appId").strings("execIds");
        GetLocalDirsForExecutors message = (GetLocalDirsForExecutors) spark(body);
        return new RpcMessage.GetLocalDirs(Stream.of(message.execIds)
                .map(execId -> new AppExecId(message.appId, execId))
                .toList());
    }

    private static RpcMessage diagnoseCorruption(ByteBuf body) throws MalformedMessageException {
        fields(body)
                .string("appId")
                .string("execId")
                .skip("shuffleId", Integer.BYTES)
                .skip("mapId", Long.BYTES)
                .skip("reduceId", Integer.BYTES)
                .skip("checksum", Long.BYTES)
                .string("algorithm");
        DiagnoseCorruption message = (DiagnoseCorruption) spark(body);
        return new RpcMessage.DiagnoseCorruption(
                new AppExecId(message.appId, message.execId),
                new ShuffleBlockId(message.shuffleId, message.mapId, message.reduceId, message.reduceId + 1),
                message.checksum,
                message.algorithm);
    }

    private static RpcMessage registerDriver(ByteBuf body) throws MalformedMessageException {
        fields(body).string("appId").skip("heartbeatTimeoutMs", Long.BYTES);
        RegisterDriver message = (RegisterDriver) spark(body);
        long timeoutMs = message.getHeartbeatTimeoutMs();
        if (timeoutMs <= 0) {
            throw new MalformedMessageException("heartbeatTimeoutMs: " + timeoutMs + " (expected: > 0)");
        }
        return new RpcMessage.RegisterDriver(IdValidator.check("appId", message.getAppId()), timeoutMs);
    }

    private static RpcMessage heartbeat(ByteBuf body) throws MalformedMessageException {
        fields(body).string("appId");
        ShuffleServiceHeartbeat message = (ShuffleServiceHeartbeat) spark(body);
        return new RpcMessage.Heartbeat(IdValidator.check("appId", message.getAppId()));
    }

    private static LengthValidator fields(ByteBuf body) throws MalformedMessageException {
        return new LengthValidator(body).skip("type", Byte.BYTES);
    }

    private static BlockTransferMessage spark(ByteBuf body) {
        ByteBuffer bytes = body.nioBuffer();
        return BlockTransferMessage.Decoder.fromByteBuffer(bytes);
    }
}
