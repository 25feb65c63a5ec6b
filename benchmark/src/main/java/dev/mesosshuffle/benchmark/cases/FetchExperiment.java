package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.RunningService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a case on services that are started for it, in alternation, so that whatever else the machine does hits them
 * alike.
 *
 * @param fetchCase the case
 */
public record FetchExperiment(FetchCase fetchCase) implements Experiment {
    @Override
    public String name() {
        return fetchCase.name();
    }

    @Override
    public Result run(Bench bench) throws IOException, InterruptedException {
        GeneratedExecutor executor = bench.data().executor(fetchCase.dataset());
        FetchRounds rounds = FetchRounds.prepare(fetchCase, executor);
        List<RunningService> services = new ArrayList<>();
        try {
            for (Launcher launcher : bench.launchers()) {
                RunningService service = bench.start(launcher);
                services.add(service);
                Registration.register(service, executor);
            }
            return new Result(name(), fetchCase.description(), alternate(bench, rounds, services));
        } finally {
            services.forEach(RunningService::close);
        }
    }

    private static Map<String, List<Measurements>> alternate(
            Bench bench, FetchRounds rounds, List<RunningService> services) throws IOException, InterruptedException {
        Map<String, List<Measurements>> measured = new LinkedHashMap<>();
        for (int round = 0; round < bench.rounds(); round++) {
            for (RunningService service : services) {
                if (round == 0) {
                    rounds.warmUp(service, bench.warmUp());
                }
                measured.computeIfAbsent(service.name(), name -> new ArrayList<>())
                        .add(rounds.measure(service, bench.roundTime()));
            }
        }
        return measured;
    }
}
