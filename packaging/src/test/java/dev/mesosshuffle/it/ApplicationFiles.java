package dev.mesosshuffle.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The local dirs of an application, as they were registered, and all that lies in them.
 *
 * @param sizes of every file, in bytes, by its path
 */
record ApplicationFiles(List<Path> dirs, Map<Path, Long> sizes) {
    /** Looks at what lies there now. */
    static ApplicationFiles of(String appId, List<String> serviceLog) throws IOException {
        Pattern registered = Pattern.compile("Registered executor AppExecId\\{appId=" + Pattern.quote(appId)
                + ", execId=\\d+} with ExecutorShuffleInfo\\{localDirs=\\[([^]]*)]");
        return at(serviceLog.stream()
                .flatMap(line -> registered.matcher(line).results())
                .flatMap(match -> Arrays.stream(match.group(1).split(", ")))
                .map(Path::of)
                .distinct()
                .toList());
    }

    private static ApplicationFiles at(List<Path> dirs) throws IOException {
        Map<Path, Long> sizes = new TreeMap<>();
        for (Path dir : dirs) {
            try (Stream<Path> all = Files.walk(dir)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    sizes.put(file, Files.size(file));
                }
            }
        }
        return new ApplicationFiles(dirs, sizes);
    }

    /** Looks at the same dirs again. */
    ApplicationFiles again() throws IOException {
        return at(dirs);
    }

    /** Makes it look as if nothing had changed in the dirs for long. */
    void age() throws IOException {
        for (Path dir : dirs) {
            try (Stream<Path> all = Files.walk(dir)) {
                for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
                }
            }
        }
    }
}
