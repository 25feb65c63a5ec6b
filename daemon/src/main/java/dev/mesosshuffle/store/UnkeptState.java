package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StateVisitor;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.RegisteredExecutor;

/** Keeps nothing of what is read. */
class UnkeptState implements StateVisitor {
    @Override
    public void application(StoredApplication application) {}

    @Override
    public void localDir(StoredLocalDir dir) {}

    @Override
    public void executor(RegisteredExecutor executor) {}

    @Override
    public void removal(StoredRemoval removal) {}

    @Override
    public void unreadableRow(String appId) {}

    @Override
    public void oversizedExecutor() {}
}
