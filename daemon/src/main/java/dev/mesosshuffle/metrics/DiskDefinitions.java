package dev.mesosshuffle.metrics;

import static dev.mesosshuffle.metrics.MetricDefinition.counter;
import static dev.mesosshuffle.metrics.MetricDefinition.gauge;
import static dev.mesosshuffle.metrics.MetricDefinition.timer;

import java.util.List;

/** Metrics of disks, of what is deleted there, and of the registry. */
final class DiskDefinitions {
    static final List<MetricDefinition> ALL = List.of(
            root("queue", "disk_queued_tasks", "Tasks that wait for this root's threads."),
            root("activeThreads", "disk_active_threads", "Threads that work on this root."),
            root(
                            "hungThreads",
                            "disk_hung_threads",
                            "Threads whose task has not ended for a minute; replaced, up to twice `diskThreads` in all.")
                    .withAdvice("Above 0, check the disk."),
            bytes("disk.ROOT.freeBytes", "disk_free_bytes", "Free bytes at the last probe."),
            bytes("disk.ROOT.totalBytes", "disk_size_bytes", "Size of the file system at the last probe."),
            root(
                    "freeInodes",
                    "disk_free_inodes",
                    "Files that can still be created, at the last probe; unknown where the file system has no such limit"
                            + " or the host has no `stat`."),
            root("totalInodes", "disk_inodes", "Files that can exist, at the last probe; unknown there too."),
            gauge(
                            "disk.ROOT.lastProbeSeconds",
                            MetricUnit.SECONDS,
                            "disk_last_probe_age_seconds",
                            "Age of the last probe, and so of the four values above; unknown if there was none.")
                    .withAdvice("Above 30 s, the disk hangs or returns errors."),
            root(
                            "unavailable",
                            "disk_unavailable",
                            "1 while probes fail or one has not returned for 10 s, even if none has ever succeeded;"
                                    + " otherwise 0, also if the root does not exist.")
                    .withAdvice("At 1, check the disk."),
            counter(
                            "disk.ROOT.readErrors",
                            "disk_read_errors_total",
                            "Failed attempts to read a block whose file exists.")
                    .withAdvice("Each block is tried twice, so a failing disk shows here first."),
            timer(
                    "disk.ROOT.readLatencyMillis",
                    "disk_read_duration_seconds",
                    "Time of one task on this root's threads: a batch of reads, the check of up to 8 registered"
                            + " directories, the deletion of up to 128 blocks, or a scan."),
            count("cleanup.pendingDirs", "removal_pending_directories", "Directories that wait for deletion."),
            gauge(
                            "cleanup.oldestPendingSeconds",
                            MetricUnit.SECONDS,
                            "removal_oldest_pending_age_seconds",
                            "Longest time for which one of these directories has waited, since its application expired"
                                    + " or the daemon started; 0 without any.")
                    .withAdvice("Above 2 h, the log says why."),
            bytes(
                    "cleanup.pendingBytes",
                    "removal_pending_bytes",
                    "Bytes in directories that are still being read or cannot be deleted; of each directory, at least"
                            + " those in its first 2,000 files."),
            counter("cleanup.deletedFiles", "deleted_files_total", "Deleted files."),
            counter("cleanup.deletedBytes", "deleted_bytes_total", "Deleted bytes."),
            counter("cleanup.failures", "deletion_failures_total", "Failed deletions."),
            counter(
                            "cleanup.rejected",
                            "rejected_removals_total",
                            "Directories left alone because they are no longer what was accepted, or an application on"
                                    + " another port owns them.")
                    .withAdvice("If it rises, files stay that should be deleted."),
            counter(
                            "cleanup.undeletableDirs",
                            "undeletable_directories_total",
                            "Accepted directories that the daemon's user could not delete.")
                    .withAdvice("Run the daemon as the executors' user."),
            count(
                            "cleanup.rootsUnderPressure",
                            "roots_under_pressure",
                            "Roots with less than `minFreePercent` of their bytes or inodes free, until a quarter more"
                                    + " than that is free.")
                    .withAdvice("Above 0, a disk is nearly full."),
            count("orphans.dirs", "orphan_directories", "Orphan directories found by the last scan."),
            bytes("orphans.bytes", "orphan_bytes", "Bytes in those directories."),
            gauge(
                            "orphans.lastScanSeconds",
                            MetricUnit.SECONDS,
                            "orphan_last_scan_age_seconds",
                            "Age of the oldest of the roots' last scans, and so of the two values above; of a root that"
                                    + " was never scanned, the time since it should have been; unknown with"
                                    + " `orphans=off`.")
                    .withAdvice("Above 6 h, the log says why."),
            counter("orphans.deletedDirs", "orphan_directories_deleted_total", "Deleted orphan directories."),
            timer("store.commitLatencyMillis", "commit_duration_seconds", "Time of a commit."),
            counter("store.failures", "registry_failed_commits_total", "Failed commits."),
            counter(
                    "store.refusedRows",
                    "registry_refused_rows_total",
                    "Rows of the registry that were not restored at the start, because no executor could register their"
                            + " directories now."),
            counter(
                    "store.rewrites",
                    "registry_rewrites_total",
                    "Times the registry was written again because its file had been removed or replaced."),
            count("store.queuedWrites", "registry_queued_writes", "Changes that wait to be committed."),
            count(
                            "store.deferredWrites",
                            "registry_deferred_writes",
                            "Registrations and removals in effect but not on disk, because the disk cannot take them."
                                    + " They are lost if the process dies.")
                    .withAdvice("Above 0, the registry cannot be written."),
            bytes(
                    "store.deferredBytes",
                    "registry_deferred_bytes",
                    "What these occupy of the heap, estimated from above; at most a thirty-second of the heap, then"
                            + " registrations and removals fail."));

    private DiskDefinitions() {}

    private static MetricDefinition root(String name, String series, String meaning) {
        return count("disk.ROOT." + name, series, meaning);
    }

    private static MetricDefinition count(String jmxName, String series, String meaning) {
        return gauge(jmxName, MetricUnit.COUNT, series, meaning);
    }

    private static MetricDefinition bytes(String jmxName, String series, String meaning) {
        return gauge(jmxName, MetricUnit.BYTES, series, meaning);
    }
}
