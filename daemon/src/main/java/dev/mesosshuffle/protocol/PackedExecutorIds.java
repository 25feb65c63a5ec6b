package dev.mesosshuffle.protocol;

import dev.mesosshuffle.model.AppExecId;
import java.util.AbstractList;
import java.util.RandomAccess;

/** Executors of one application, packed as their message was. Immutable. */
final class PackedExecutorIds extends AbstractList<AppExecId> implements RandomAccess {
    /** This object, that of the application's id, and the lookup that waits for its turn. */
    private static final int FIXED_BYTES = 256;

    private final String appId;
    private final PackedStrings execIds;

    private PackedExecutorIds(String appId, PackedStrings execIds) {
        this.appId = appId;
        this.execIds = execIds;
    }

    /**
     * Returns the executors of an application.
     *
     * @throws IllegalArgumentException if one of the ids is invalid
     */
    static PackedExecutorIds of(String appId, PackedStrings execIds) {
        PackedExecutorIds ids = new PackedExecutorIds(appId, execIds);
        for (int i = 0; i < ids.size(); i++) {
            ids.get(i);
        }
        return ids;
    }

    @Override
    public AppExecId get(int index) {
        return new AppExecId(appId, execIds.get(index));
    }

    @Override
    public int size() {
        return execIds.size();
    }

    /** The heap that the ids occupy, in bytes, estimated from above. */
    long retainedBytes() {
        return FIXED_BYTES + (long) Character.BYTES * appId.length() + execIds.retainedBytes();
    }
}
