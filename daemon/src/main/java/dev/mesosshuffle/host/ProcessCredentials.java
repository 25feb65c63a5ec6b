package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of this process, which determine what it may delete, without trying.
 *
 * @param uid the effective user
 * @param groups all its groups
 * @param hasDacOverride whether it may read and write everything, as root may
 * @param hasFowner whether it may delete what is another's under a sticky dir, as root may
 */
public record ProcessCredentials(int uid, Set<Integer> groups, boolean hasDacOverride, boolean hasFowner) {
    private static final int STICKY = 01000;
    private static final int READ_WRITE_SEARCH = 07;
    private static final int WRITE_SEARCH = 03;

    /** Bits of {@code CapEff}: root in a container may lack them. */
    private static final int CAP_DAC_OVERRIDE = 1;

    private static final int CAP_FOWNER = 3;

    /** Reads them from {@code /proc}. */
    public static ProcessCredentials current() throws IOException {
        int uid = -1;
        long capabilities = 0;
        Set<Integer> groups = new HashSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            String[] fields = line.trim().split("\\s+");
            switch (fields[0]) {
                case "Uid:" -> uid = Integer.parseUnsignedInt(fields[2]);
                case "Gid:" -> groups.add(Integer.parseUnsignedInt(fields[2]));
                case "Groups:" ->
                    Arrays.stream(fields).skip(1).map(Integer::parseUnsignedInt).forEach(groups::add);
                case "CapEff:" -> capabilities = Long.parseUnsignedLong(fields[1], 16);
                default -> {}
            }
        }
        return new ProcessCredentials(
                uid,
                Set.copyOf(groups),
                (capabilities >> CAP_DAC_OVERRIDE & 1) == 1,
                (capabilities >> CAP_FOWNER & 1) == 1);
    }

    /**
     * Returns why this process cannot delete a directory, by owners and modes; null if it can. Works on the disk.
     */
    @Nullable
    public String undeletableReason(Path dir) throws IOException {
        Path parent = dir.getParent();
        if (parent == null) {
            return "it has no parent";
        }
        Owner own = Owner.of(dir);
        Owner above = Owner.of(parent);
        if (!may(READ_WRITE_SEARCH, own)) {
            return "it is not writable for it";
        }
        if (!may(WRITE_SEARCH, above)) {
            return "its parent is not writable for it";
        }
        if ((above.mode & STICKY) != 0 && !hasFowner && uid != own.uid && uid != above.uid) {
            return "its parent is sticky";
        }
        return null;
    }

    private boolean may(int wanted, Owner dir) {
        int shift = uid == dir.uid ? 6 : groups.contains(dir.gid) ? 3 : 0;
        return hasDacOverride || (dir.mode >> shift & wanted) == wanted;
    }

    /** Returns the user that owns a file. Works on the disk. */
    public static int owner(Path dir) throws IOException {
        return Owner.of(dir).uid;
    }

    private record Owner(int uid, int gid, int mode) {
        static Owner of(Path path) throws IOException {
            Map<String, Object> attributes = Files.readAttributes(path, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
            return new Owner(number(attributes, "uid"), number(attributes, "gid"), number(attributes, "mode"));
        }

        private static int number(Map<String, Object> attributes, String name) throws IOException {
            if (attributes.get(name) instanceof Integer number) {
                return number;
            }
            throw new IOException("attribute unix:" + name + ": " + attributes.get(name) + " (expected: a number)");
        }
    }
}
