package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.Dataset;
import dev.mesosshuffle.benchmark.load.FetchKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** All cases, in the order of tables: first those that real hosts are most like. */
public final class Cases {
    private static final Dataset ONE_KIB = Dataset.uniform("1k", 256, 1000, Sizes.KIB);
    private static final Dataset TEN_KIB = Dataset.uniform("10k", 256, 128, 10 * Sizes.KIB);
    private static final Dataset HUNDRED_KIB = Dataset.uniform("100k", 64, 50, 100 * Sizes.KIB);
    private static final Dataset ONE_MIB = Dataset.uniform("1m", 32, 10, Sizes.MIB);
    private static final Dataset SIXTEEN_MIB = Dataset.uniform("16m", 4, 5, 16 * Sizes.MIB);
    private static final Dataset ONE_KIB_THOUSANDS = Dataset.uniform("1k-5000", 5_000, 50, Sizes.KIB);
    private static final Dataset TEN_KIB_THOUSANDS = Dataset.uniform("10k-5000", 5_000, 10, 10 * Sizes.KIB);
    private static final Dataset HUNDRED_KIB_THOUSANDS = Dataset.uniform("100k-5000", 5_000, 2, 100 * Sizes.KIB);
    private static final Dataset ONE_KIB_MANY_THOUSANDS = Dataset.uniform("1k-50000", 50_000, 5, Sizes.KIB);
    private static final Dataset TEN_KIB_MANY_THOUSANDS = Dataset.uniform("10k-50000", 50_000, 2, 10 * Sizes.KIB);
    private static final Dataset MIXED = Dataset.skewed("mixed", 256);
    private static final Dataset COLD = Dataset.uniform("cold-1disk", 256, 384, 10 * Sizes.KIB);

    private static final Dataset BYSTANDERS_FILES = TEN_KIB.onDisks("bystanders", 1);

    private static final int MANY = 64;
    private static final int SOME = 32;
    private static final int FEW = 8;
    /** As many of the largest have 8 MiB, of which Spark asks for 9.6 at once. */
    private static final int MIXED_CHUNKS = 16;

    private static final FetchCase BYSTANDERS = FetchCase.of("bystanders", BYSTANDERS_FILES, FEW);

    private static final ProtectedCases PROTECTED = new ProtectedCases(TEN_KIB, ONE_MIB);

    /** Names of several cases. */
    private static final Map<String, List<Experiment>> GROUPS =
            Map.of("encrypted", PROTECTED.all(), "handshakes", PROTECTED.handshakes());

    private Cases() {}

    /**
     * Those with the given names, in the order of tables; all if no name is given. The names of {@link #GROUPS} stand for
     * several.
     *
     * @throws IllegalArgumentException if there is none with such a name
     */
    public static List<Experiment> named(List<String> names) {
        List<Experiment> all = all();
        Set<String> wanted = new HashSet<>();
        for (String name : names) {
            List<Experiment> group = GROUPS.get(name);
            if (group != null) {
                group.forEach(experiment -> wanted.add(experiment.name()));
                continue;
            }
            wanted.add(name);
            if (all.stream().noneMatch(experiment -> experiment.name().equals(name))) {
                throw new IllegalArgumentException("case: " + name + " (expected: one of "
                        + all.stream().map(Experiment::name).collect(Collectors.joining(", ")) + ")");
            }
        }
        return all.stream()
                .filter(experiment -> names.isEmpty() || wanted.contains(experiment.name()))
                .toList();
    }

    private static List<Experiment> all() {
        List<Experiment> all = new ArrayList<>();
        all.add(new IdleFootprint());
        FetchCase young = FetchCase.of("young", TEN_KIB, MANY);
        for (int blocks : new int[] {1_000, 10_000, 100_000, 1_000_000}) {
            all.add(new YoungService("young-" + blocks, young, blocks));
        }
        fetchCases().forEach(fetchCase -> all.add(new FetchExperiment(fetchCase)));
        all.add(new Backpressure("backpressure", ONE_MIB, StalledClients.BLOCKS_EACH, BYSTANDERS));
        all.add(new Backpressure("backpressure-small", TEN_KIB, 10 * StalledClients.BLOCKS_EACH, BYSTANDERS));
        all.add(new DeletionThroughput(
                FetchCase.of("small", TEN_KIB, MANY), FetchCase.of("larger", HUNDRED_KIB, SOME)));
        all.add(new SlowDisk(SIXTEEN_MIB.onDisks("slow", 1), BYSTANDERS));
        all.add(new RegistryScale());
        for (String memory : List.of("256m", "512m", "1g")) {
            all.add(new MemoryCeiling(
                    memory,
                    FetchCase.of("many", TEN_KIB, FEW).withConnections(500, 0),
                    FetchCase.of("large", SIXTEEN_MIB, 1),
                    BYSTANDERS_FILES,
                    ONE_MIB));
        }
        all.addAll(PROTECTED.all());
        return all;
    }

    private static List<FetchCase> fetchCases() {
        FetchCase tenKib = FetchCase.of("10k", TEN_KIB, MANY);
        FetchCase cold = FetchCase.of("cold-1disk", COLD, MANY).at(Pace.COLD);
        FetchCase cold2 = FetchCase.of("cold-2disks", COLD.onDisks("cold-2disks", 2), MANY)
                .at(Pace.COLD);
        return List.of(
                FetchCase.of("1k-5000", ONE_KIB_THOUSANDS, MANY),
                FetchCase.of("10k-5000", TEN_KIB_THOUSANDS, MANY),
                FetchCase.of("100k-5000", HUNDRED_KIB_THOUSANDS, SOME),
                FetchCase.of("1k-50000", ONE_KIB_MANY_THOUSANDS, MANY),
                FetchCase.of("10k-50000", TEN_KIB_MANY_THOUSANDS, MANY),
                FetchCase.of("mixed", MIXED, MIXED_CHUNKS),
                FetchCase.of("1k", ONE_KIB, MANY),
                tenKib,
                FetchCase.of("100k", HUNDRED_KIB, SOME),
                FetchCase.of("1m", ONE_MIB, FEW),
                FetchCase.of("16m", SIXTEEN_MIB, 1),
                FetchCase.of("batch", ONE_KIB, MANY).by(FetchKind.BATCH, 10),
                FetchCase.of("openblocks", TEN_KIB, MANY).by(FetchKind.OPEN_BLOCKS, 1),
                FetchCase.of("stream", ONE_MIB, FEW).by(FetchKind.STREAM, 1),
                FetchCase.of("500c", TEN_KIB, FEW).withConnections(500, 0),
                FetchCase.of("idle", TEN_KIB, MANY).withConnections(FetchCase.CONNECTIONS, 5000),
                FetchCase.of("storm", TEN_KIB, FEW).at(Pace.RECONNECTING),
                cold,
                FetchCase.of("cold-1disk-64c", COLD, MANY).at(Pace.COLD).withConnections(64, 0),
                cold2,
                FetchCase.of("cold-2disks-64c", cold2.dataset(), MANY)
                        .at(Pace.COLD)
                        .withConnections(64, 0));
    }
}
