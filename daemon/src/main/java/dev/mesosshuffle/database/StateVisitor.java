package dev.mesosshuffle.database;

import dev.mesosshuffle.model.RegisteredExecutor;

/**
 * Gets what the store holds, part by part, so that whoever reads decides what to keep. An application comes before its
 * directories, and these before its executors.
 */
public interface StateVisitor {
    /** An application. */
    void application(StoredApplication application);

    /** A directory of an application. */
    void localDir(StoredLocalDir dir);

    /** An executor, all of whose directories came before. */
    void executor(RegisteredExecutor executor);

    /** A directory that is still to be deleted. */
    void removal(StoredRemoval removal);

    /** An application, or the former one of a removal, has an unreadable row. */
    void unreadableRow(String appId);

    /** An executor has a row that is longer than any that this version writes, and stays unread. */
    void oversizedExecutor();
}
