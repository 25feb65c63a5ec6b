package dev.mesosshuffle.database;

import dev.mesosshuffle.model.RegisteredExecutor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects everything that is read, except executors with oversized rows. */
public final class StateCollector implements StateVisitor {
    private final List<StoredApplication> applications = new ArrayList<>();
    private final List<StoredLocalDir> localDirs = new ArrayList<>();
    private final List<RegisteredExecutor> executors = new ArrayList<>();
    private final List<StoredRemoval> removals = new ArrayList<>();
    private final Set<String> partlyUnread = new HashSet<>();

    @Override
    public void application(StoredApplication application) {
        applications.add(application);
    }

    @Override
    public void localDir(StoredLocalDir dir) {
        localDirs.add(dir);
    }

    @Override
    public void executor(RegisteredExecutor executor) {
        executors.add(executor);
    }

    @Override
    public void removal(StoredRemoval removal) {
        removals.add(removal);
    }

    @Override
    public void unreadableRow(String appId) {
        partlyUnread.add(appId);
    }

    @Override
    public void oversizedExecutor() {}

    /** Returns what was read. */
    public StoredState state() {
        return new StoredState(applications, executors, localDirs, removals, partlyUnread);
    }
}
