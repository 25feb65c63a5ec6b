package dev.mesosshuffle.benchmark.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** Where shuffle files are made and found again: a dataset is written once, and used by every later run. */
public final class DataFolder {
    private static final String COMPLETE = "complete";

    private final List<Path> roots;

    /**
     * Uses these roots.
     *
     * @param roots one folder for each disk
     */
    public DataFolder(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /** What the roots lie on, for whoever reads the figures. */
    public String describe() throws IOException {
        Set<String> disks = new TreeSet<>();
        for (Path root : roots) {
            disks.add(Files.getFileStore(Files.createDirectories(root)).name());
        }
        return "Shuffle files lie in " + roots.size() + " folders on " + String.join(" and ", disks) + ".";
    }

    /** The executor that has this dataset; its files are written if they are not there. */
    public GeneratedExecutor executor(Dataset dataset) throws IOException {
        List<Path> localDirs = new ArrayList<>();
        for (Path root : roots.subList(0, dataset.disks())) {
            localDirs.add(root.resolve(LocalDirName.of(idOf(dataset))));
        }
        GeneratedExecutor executor = new GeneratedExecutor(dataset, localDirs);
        Path complete = localDirs.get(0).resolve(COMPLETE);
        if (!Files.exists(complete)) {
            for (Path dir : localDirs) {
                Files.createDirectories(dir);
            }
            new MapOutputWriter(executor).writeAll();
            Files.createFile(complete);
        }
        return executor;
    }

    /** Executors with nothing but their local dirs, which lie in a root of their own, since there are many of them. */
    public Fleet fleet(int applications, int executorsEach) throws IOException {
        Fleet fleet = new Fleet(
                roots.get(0).resolve("fleet-" + applications + "-" + executorsEach), applications, executorsEach);
        Path complete = fleet.root().resolve(COMPLETE);
        if (!Files.exists(complete)) {
            for (int application = 0; application < applications; application++) {
                for (int executor = 0; executor < executorsEach; executor++) {
                    Files.createDirectories(fleet.localDir(application, executor));
                }
            }
            Files.createFile(complete);
        }
        return fleet;
    }

    /** Another shape lies in another folder. */
    private String idOf(Dataset dataset) {
        String shape = dataset + " under " + roots.subList(0, dataset.disks());
        return UUID.nameUUIDFromBytes(shape.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
