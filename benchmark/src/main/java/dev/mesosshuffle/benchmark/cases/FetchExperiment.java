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
        Map<String, RunningService> services = new LinkedHashMap<>();
        try {
            for (Launcher launcher : bench.launchers()) {
                RunningService service = bench.start(launcher);
                services.put(launcher.name(), service);
                Registration.register(service, executor);
            }
            return new Result(name(), fetchCase.description(), alternate(bench, rounds, services));
        } finally {
            services.values().forEach(RunningService::close);
        }
    }

    /** Measures services in turns, each by the name under which its figures are kept. */
    static Map<String, List<Measurements>> alternate(
            Bench bench, FetchRounds rounds, Map<String, RunningService> services)
            throws IOException, InterruptedException {
        Map<String, List<Measurements>> measured = new LinkedHashMap<>();
        for (int round = 0; round < bench.rounds(); round++) {
            for (Map.Entry<String, RunningService> service : services.entrySet()) {
                if (round == 0) {
                    rounds.warmUp(service.getValue(), bench.warmUp());
                }
                measured.computeIfAbsent(service.getKey(), name -> new ArrayList<>())
                        .add(rounds.measure(service.getValue(), bench.roundTime()));
            }
        }
        return measured;
    }
}
