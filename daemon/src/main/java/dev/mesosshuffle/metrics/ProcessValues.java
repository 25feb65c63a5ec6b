package dev.mesosshuffle.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the values of {@link ProcessDefinitions}. Stops no thread and waits for no disk: {@code /proc} is in memory. */
final class ProcessValues {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final long BYTES_PER_KIB = 1024;

    private final String version;

    ProcessValues(String version) {
        this.version = version;
    }

    void addTo(FamilyCollector families) {
        add(families, ProcessDefinitions.BUILD_INFO, Labels.of(ProcessDefinitions.VERSION_LABEL, version), 1);
        addProcess(families);
        add(
                families,
                ProcessDefinitions.THREADS,
                Labels.EMPTY,
                ManagementFactory.getThreadMXBean().getThreadCount());
        addMemory(families, "heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage());
        addMemory(families, "nonheap", ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage());
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            add(families, ProcessDefinitions.BUFFERS, Labels.of("pool", pool.getName()), pool.getMemoryUsed());
        }
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            addCollections(families, collector);
        }
    }

    private static void addCollections(FamilyCollector families, GarbageCollectorMXBean collector) {
        PrometheusSeries series = ProcessDefinitions.COLLECTIONS.series();
        long count = collector.getCollectionCount();
        long millis = collector.getCollectionTime();
        if (series != null && count >= 0 && millis >= 0) {
            families.add(series, Labels.of("gc", collector.getName()), count, millis / MILLIS_PER_SECOND);
        }
    }

    private static void addProcess(FamilyCollector families) {
        add(
                families,
                ProcessDefinitions.START_TIME,
                Labels.EMPTY,
                ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            add(families, ProcessDefinitions.CPU, Labels.EMPTY, system.getProcessCpuTime() / NANOS_PER_SECOND);
            add(families, ProcessDefinitions.OPEN_FILES, Labels.EMPTY, system.getOpenFileDescriptorCount());
            add(families, ProcessDefinitions.MAX_OPEN_FILES, Labels.EMPTY, system.getMaxFileDescriptorCount());
        }
        add(families, ProcessDefinitions.RESIDENT_MEMORY, Labels.EMPTY, residentBytes());
    }

    private static void addMemory(FamilyCollector families, String area, MemoryUsage usage) {
        Labels labels = Labels.of("area", area);
        add(families, ProcessDefinitions.MEMORY_USED, labels, usage.getUsed());
        add(families, ProcessDefinitions.MEMORY_COMMITTED, labels, usage.getCommitted());
        add(families, ProcessDefinitions.MEMORY_MAX, labels, usage.getMax());
    }

    /** Returns -1 where the kernel does not tell. */
    private static long residentBytes() {
        try {
            // Not as UTF-8: it holds the name of the program.
            List<String> lines = Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1);
            for (String line : lines) {
                if (line.startsWith(RESIDENT)) {
                    String[] words = line.substring(RESIDENT.length()).trim().split(" ", 2);
                    return Long.parseLong(words[0]) * BYTES_PER_KIB;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return -1;
        }
        return -1;
    }

    /** A negative number stands for an unknown one. */
    private static void add(FamilyCollector families, MetricDefinition definition, Labels labels, Number value) {
        PrometheusSeries series = definition.series();
        if (series != null && value.doubleValue() >= 0) {
            families.add(series, labels, value.doubleValue());
        }
    }
}
