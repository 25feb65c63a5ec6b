package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Who may read a file. systemd gives a service its credentials as files of root with mode 0440 and an access control list that
 * names the service's user: the mode alone looks as if a group might read them, and none may. Immutable.
 *
 * @param owner the file's owner
 * @param users those that an access control list names
 * @param areOthersAmong whether a group, or everybody, may read it too, or that is not known
 */
public record FileReaders(int owner, Set<Integer> users, boolean areOthersAmong) {
    private static final int ROOT_USER = 0;
    private static final int OF_GROUP_AND_OTHERS = 077;
    private static final int GROUP_READS = 040;

    /** Keeps its own copy of the users. */
    public FileReaders {
        users = Set.copyOf(users);
    }

    /** Looks at a file, and of a link at the link itself. Works on the disk. */
    public static FileReaders of(Path file) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
        int owner = number(attributes, "uid");
        int ofOthers = number(attributes, "mode") & OF_GROUP_AND_OTHERS;
        // With a list, the bits of the group are the most that it gives to anybody.
        AccessList list = ofOthers == GROUP_READS ? AccessList.of(file) : null;
        return list == null
                ? new FileReaders(owner, Set.of(), ofOthers != 0)
                : new FileReaders(owner, list.users(), list.isForOthers());
    }

    private static int number(Map<String, Object> attributes, String name) {
        return Objects.requireNonNull((Integer) attributes.get(name));
    }

    /** Whether nobody may read it but its owner, a user, and root, who may read everything. */
    public boolean areOnly(int user) {
        return !areOthersAmong && users.stream().allMatch(each -> each == user || each == ROOT_USER);
    }

    /** For whom it is: its owner or, if that is root, the only one whom its list names. */
    public int user() {
        return owner == ROOT_USER && users.size() == 1 ? users.iterator().next() : owner;
    }
}
