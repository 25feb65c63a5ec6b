package dev.mesosshuffle.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * Knows groups that one user alone is in, by the host's own files of users and groups. Where such groups are usual, so is a
 * umask of 002, with which everything that the user creates is writable by the group.
 *
 * <p>For any thread; reads two small files of root each time.
 */
final class PrivateGroups {
    private static final int NAME = 0;
    private static final int USER_ID = 2;
    private static final int USERS_GROUP_ID = 3;
    private static final int GROUP_ID = 2;
    private static final int MEMBERS = 3;

    private final Path users;
    private final Path groups;

    PrivateGroups(Path users, Path groups) {
        this.users = users;
        this.groups = groups;
    }

    static PrivateGroups ofThisHost() {
        return new PrivateGroups(Path.of("/etc/passwd"), Path.of("/etc/group"));
    }

    /** Whether a group is known, and so is that nobody but the user is in it. */
    boolean isPrivate(int groupId, int userId) {
        try {
            Set<String> names = new TreeSet<>();
            try (BufferedReader lines = Files.newBufferedReader(users, StandardCharsets.ISO_8859_1)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] fields = line.split(":", -1);
                    if (fields.length > USERS_GROUP_ID && is(fields[USERS_GROUP_ID], groupId)) {
                        if (!is(fields[USER_ID], userId)) {
                            return false;
                        }
                        names.add(fields[NAME]);
                    }
                }
            }
            return !names.isEmpty() && hasNoOtherMembers(groupId, names);
        } catch (IOException e) {
            // Not known, so others may be in it.
            return false;
        }
    }

    private boolean hasNoOtherMembers(int groupId, Set<String> names) throws IOException {
        boolean found = false;
        try (BufferedReader lines = Files.newBufferedReader(groups, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split(":", -1);
                if (fields.length > MEMBERS && is(fields[GROUP_ID], groupId)) {
                    found = true;
                    for (String member : fields[MEMBERS].split(",", -1)) {
                        if (!member.isBlank() && !names.contains(member.strip())) {
                            return false;
                        }
                    }
                }
            }
        }
        return found;
    }

    private static boolean is(String field, int number) {
        return field.equals(Integer.toString(number));
    }
}
