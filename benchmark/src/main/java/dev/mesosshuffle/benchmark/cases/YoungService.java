package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.RunningService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The first blocks that a service serves after its start, while it still compiles what it runs. Each round starts the
 * services again.
 *
 * @param name by which the command line selects it
 * @param fetchCase how blocks are fetched
 * @param blocks how many
 */
record YoungService(String name, FetchCase fetchCase, int blocks) implements Experiment {
    @Override
    public Result run(Bench bench) throws IOException, InterruptedException {
        GeneratedExecutor executor = bench.data().executor(fetchCase.dataset());
        FetchRounds rounds = FetchRounds.prepare(fetchCase, executor);
        Map<String, List<Measurements>> measured = new LinkedHashMap<>();
        for (int round = 0; round < bench.rounds(); round++) {
            for (Launcher launcher : bench.launchers()) {
                try (RunningService service = bench.start(launcher)) {
                    Registration.register(service, executor);
                    measured.computeIfAbsent(launcher.name(), any -> new ArrayList<>())
                            .add(rounds.measureFirst(service, blocks));
                }
            }
        }
        return new Result(
                name, String.format(Locale.ROOT, "the first %,d: %s", blocks, fetchCase.description()), measured);
    }
}
