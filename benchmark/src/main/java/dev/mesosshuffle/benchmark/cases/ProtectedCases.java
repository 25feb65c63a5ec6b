package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.Dataset;
import dev.mesosshuffle.benchmark.security.Protection;
import java.util.ArrayList;
import java.util.List;

/** The cases with protected connections, and what their figures should be. */
final class ProtectedCases {
    private static final double NO_TARGET = Double.POSITIVE_INFINITY;
    private static final double AS_PLAIN = 1.03;
    private static final double AS_SPARK = 1.05;

    private final Dataset small;
    private final Dataset large;

    /**
     * Creates the cases.
     *
     * @param small blocks of 10 KiB
     * @param large blocks of 1 MiB
     */
    ProtectedCases(Dataset small, Dataset large) {
        this.small = small;
        this.large = large;
    }

    List<Experiment> all() {
        List<Experiment> all = new ArrayList<>(List.of(
                small("sasl-10k", Protection.SASL, NO_TARGET, AS_PLAIN),
                large("sasl-1m", Protection.SASL, NO_TARGET, AS_PLAIN),
                new ProtectedFetch(FetchCase.of("auth-conf-10k", small, 8), Protection.AUTH_CONF, AS_SPARK, NO_TARGET),
                new ProtectedFetch(
                        // A block takes 60 ms of either side.
                        FetchCase.of("auth-conf-1m", large, 2)
                                .withConnections(4, 0)
                                .at(Pace.COUNTED),
                        Protection.AUTH_CONF,
                        AS_SPARK,
                        NO_TARGET),
                small("ctr-10k", Protection.CTR, 1.0 / 3, 1.4),
                large("ctr-1m", Protection.CTR, 1 / 2.5, NO_TARGET),
                small("gcm-10k", Protection.GCM, 1.0 / 3, 3.3),
                large("gcm-1m", Protection.GCM, 1 / 1.7, NO_TARGET),
                small("tls-10k", Protection.TLS, 1.0 / 5, 2.7),
                large("tls-1m", Protection.TLS, 1.0 / 5, NO_TARGET)));
        all.addAll(handshakes());
        return all;
    }

    List<Experiment> handshakes() {
        return List.of(
                new Handshakes("handshakes-sasl", Protection.SASL, small),
                new Handshakes("handshakes-aes", Protection.CTR, small));
    }

    private Experiment small(String name, Protection protection, double mostOfSparks, double mostOfPlain) {
        return new ProtectedFetch(FetchCase.of(name, small, 64), protection, mostOfSparks, mostOfPlain);
    }

    private Experiment large(String name, Protection protection, double mostOfSparks, double mostOfPlain) {
        return new ProtectedFetch(FetchCase.of(name, large, 8), protection, mostOfSparks, mostOfPlain);
    }
}
