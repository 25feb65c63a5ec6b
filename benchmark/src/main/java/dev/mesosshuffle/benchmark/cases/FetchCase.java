package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.data.Dataset;
import dev.mesosshuffle.benchmark.load.FetchKind;
import java.util.Locale;

/**
 * One way of fetching, to be measured on each service.
 *
 * @param name by which the command line selects it
 * @param dataset what is fetched
 * @param kind by which messages
 * @param chunksPerFetch how many chunks a fetch asks for
 * @param width how many reduce ids a chunk spans
 * @param connections how many connections fetch, one fetch at a time each
 * @param idleConnections how many more are open and do nothing
 * @param pace when a round ends
 */
public record FetchCase(
        String name,
        Dataset dataset,
        FetchKind kind,
        int chunksPerFetch,
        int width,
        int connections,
        int idleConnections,
        Pace pace) {
    /** Usual, and not named in descriptions. */
    public static final int CONNECTIONS = 16;

    static FetchCase of(String name, Dataset dataset, int chunksPerFetch) {
        return new FetchCase(name, dataset, FetchKind.SHUFFLE_BLOCKS, chunksPerFetch, 1, CONNECTIONS, 0, Pace.WARM);
    }

    FetchCase by(FetchKind otherKind, int otherWidth) {
        return new FetchCase(name, dataset, otherKind, chunksPerFetch, otherWidth, connections, idleConnections, pace);
    }

    FetchCase withConnections(int busy, int idle) {
        return new FetchCase(name, dataset, kind, chunksPerFetch, width, busy, idle, pace);
    }

    FetchCase at(Pace otherPace) {
        return new FetchCase(name, dataset, kind, chunksPerFetch, width, connections, idleConnections, otherPace);
    }

    /** In a few words, for tables and charts: what is fetched, and what is unusual about it. */
    public String description() {
        String blocks = dataset.isUniform() ? Sizes.of(dataset.length(0, width)) + " blocks" : "blocks of mixed sizes";
        String busy = connections == CONNECTIONS ? "" : String.format(Locale.ROOT, ", %,d connections", connections);
        String idle = idleConnections == 0 ? "" : String.format(Locale.ROOT, ", %,d idle ones", idleConnections);
        return String.format(
                Locale.ROOT,
                "%s%s%s, %,d files, %d a fetch%s%s",
                pace.label(),
                blocks,
                kind.label(),
                dataset.maps(),
                chunksPerFetch,
                busy,
                idle);
    }
}
