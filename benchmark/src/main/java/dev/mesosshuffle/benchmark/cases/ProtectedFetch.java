package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.security.Protection;
import dev.mesosshuffle.benchmark.service.Launcher;
import dev.mesosshuffle.benchmark.service.RunningService;
import dev.mesosshuffle.benchmark.service.Setup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fetches over protected connections from every service, and in the same rounds over plain ones from the daemon. Each service
 * is verified first.
 *
 * @param fetchCase the case
 * @param protection how connections are protected
 * @param mostOfSparks the most CPU time per block, as a share of what Spark's service takes; infinite for no target
 * @param mostOfPlain the same, as a share of what the daemon takes over plain connections
 */
record ProtectedFetch(FetchCase fetchCase, Protection protection, double mostOfSparks, double mostOfPlain)
        implements Experiment {
    private static final String PLAIN = "daemon, plain";

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
            for (Launcher launcher : bench.launchers(protection)) {
                RunningService service = bench.start(launcher, Setup.USUAL.with(protection));
                services.put(launcher.name(), service);
                int verified = Verification.run(bench, service);
                System.err.println("verified " + verified + " blocks of " + launcher.name() + " by " + protection);
                Registration.register(service, executor);
            }
            RunningService plain = bench.startAs(PLAIN, bench.launchers().get(0), Setup.USUAL);
            services.put(PLAIN, plain);
            Registration.register(plain, executor);
            Map<String, List<Measurements>> measured = FetchExperiment.alternate(bench, rounds, services);
            return new Result(name(), fetchCase.description(), measured, targets(services));
        } finally {
            services.values().forEach(RunningService::close);
        }
    }

    private List<Target> targets(Map<String, RunningService> services) {
        List<Target> targets = new ArrayList<>();
        for (String service : services.keySet()) {
            if (service.startsWith("Spark") && Double.isFinite(mostOfSparks)) {
                targets.add(new Target(Metric.CPU_MICROS_PER_BLOCK, service, mostOfSparks));
            }
        }
        if (Double.isFinite(mostOfPlain)) {
            targets.add(new Target(Metric.CPU_MICROS_PER_BLOCK, PLAIN, mostOfPlain));
        }
        return targets;
    }
}
