package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether anybody but this process's user and root could change what a path leads to. Walks from {@code /} down, one
 * name at a time: whatever lies in a directory that only the two may write to stays what it is, so nothing can be exchanged
 * between the judgement and the use of the path. An access control list that lets others write shows in the group's bits. A
 * group that only the owner is in is nobody else, unless the owner is root.
 *
 * <p>For any thread; works on the disk.
 *
 * @param uid this process's user
 */
public record PathTrust(int uid) {
    private static final int ROOT_USER = 0;
    private static final int GROUP_WRITES = 020;
    private static final int ANYBODY_WRITES = 02;
    private static final int STICKY = 01000;

    /** As many as the kernel follows. */
    private static final int MAX_LINKS = 40;

    private static final String ATTRIBUTES = "unix:uid,gid,mode,nlink,isDirectory,isRegularFile,isSymbolicLink";
    private static final String WRITTEN_BY_THEM = ", to which nobody else may write";
    private static final Path TOP = Path.of("/");

    /** Returns the trust in what belongs to this process's user, or to root. */
    public static PathTrust ofThisProcess() throws IOException {
        return new PathTrust(ProcessCredentials.current().uid());
    }

    /** What the kernel says of one name, without following it. */
    private record Entry(
            int owner, int group, int mode, int links, boolean isDirectory, boolean isRegularFile, boolean isLink) {
        static @Nullable Entry at(Path path) throws IOException {
            try {
                Map<String, Object> found = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
                return new Entry(
                        number(found, "uid"),
                        number(found, "gid"),
                        number(found, "mode"),
                        number(found, "nlink"),
                        is(found, "isDirectory"),
                        is(found, "isRegularFile"),
                        is(found, "isSymbolicLink"));
            } catch (NoSuchFileException e) {
                return null;
            }
        }

        private static int number(Map<String, Object> attributes, String name) {
            return Objects.requireNonNull((Integer) attributes.get(name));
        }

        private static boolean is(Map<String, Object> attributes, String name) {
            return Boolean.TRUE.equals(attributes.get(name));
        }

        boolean mayOthersWrite() {
            return (mode & ANYBODY_WRITES) != 0 || ((mode & GROUP_WRITES) != 0 && !isGroupPrivate());
        }

        /** Not of root: what root owns is usually shared with others if its group may write, such as by an access list. */
        private boolean isGroupPrivate() {
            return owner != ROOT_USER && PrivateGroups.ofThisHost().isPrivate(group, owner);
        }

        boolean mayAnybodyWrite() {
            return (mode & ANYBODY_WRITES) != 0;
        }

        /** Others may create names there, but neither rename nor delete what is not theirs. */
        boolean isSticky() {
            return isDirectory && (mode & STICKY) != 0;
        }

        String described() {
            return "belongs to user " + owner + ", mode " + permissions(mode) + (isSticky() ? " and sticky" : "");
        }
    }

    /**
     * Checks a directory and all above it. What does not exist yet is fine where only the two users could create it, or
     * where others may do so too but not replace what this process creates.
     *
     * @param dir an absolute path
     * @throws UnsafePathException if somebody else could change or replace it; about what is foreign, if anything is
     * @throws NotDirectoryException if something else is in its way
     */
    public void checkDirectory(Path dir) throws IOException {
        List<UnsafePathException> unusual = new ArrayList<>(1);
        try {
            walk(dir, unusual);
        } catch (UnsafePathException e) {
            throw e;
        } catch (IOException e) {
            if (unusual.isEmpty()) {
                throw e;
            }
        }
        if (!unusual.isEmpty()) {
            throw unusual.get(0);
        }
    }

    /** Ends at what is foreign, and continues after what is only unusual: what is foreign may lie below. */
    private void walk(Path dir, List<UnsafePathException> unusual) throws IOException {
        Deque<Path> names = new ArrayDeque<>();
        dir.forEach(names::addLast);
        Path current = TOP;
        Entry above = checkStep(TOP, Entry.at(TOP), names.isEmpty(), unusual);
        int links = 0;
        while (above != null && !names.isEmpty()) {
            Path name = names.removeFirst();
            if (name.toString().equals("..")) {
                current = Objects.requireNonNullElse(current.getParent(), TOP);
                above = Entry.at(current);
                continue;
            }
            Path next = current.resolve(name);
            Entry entry = Entry.at(next);
            if (entry == null || !entry.isLink()) {
                above = checkStep(next, entry, names.isEmpty(), unusual);
                current = next;
                continue;
            }
            checkLink(next, entry, above, unusual);
            if (++links > MAX_LINKS) {
                throw new FileSystemLoopException(next.toString());
            }
            Path target = Files.readSymbolicLink(next);
            push(target, names);
            if (target.isAbsolute()) {
                current = TOP;
                above = Entry.at(TOP);
            }
        }
    }

    private static void push(Path target, Deque<Path> names) {
        for (int i = target.getNameCount() - 1; i >= 0; i--) {
            // The name of the link's own directory, as in "./target", is empty or a dot.
            Path name = target.getName(i);
            if (!name.toString().isEmpty() && !name.toString().equals(".")) {
                names.addFirst(name);
            }
        }
    }

    private @Nullable Entry checkStep(
            Path path, @Nullable Entry entry, boolean isLast, List<UnsafePathException> unusual) throws IOException {
        if (entry == null) {
            return null;
        }
        if (!entry.isDirectory()) {
            throw new NotDirectoryException(path.toString());
        }
        if (!isTrusted(entry.owner()) || (entry.mayOthersWrite() && (isLast || !entry.isSticky()))) {
            refuse(
                    new UnsafePathException(
                            path, entry.described(), "a directory of " + users() + WRITTEN_BY_THEM, isForeign(entry)),
                    unusual);
        }
        return entry;
    }

    /** Where others may create names, they can give this process's links a second name. */
    private void checkLink(Path path, Entry link, Entry above, List<UnsafePathException> unusual)
            throws UnsafePathException {
        if (!isTrusted(link.owner()) || above.mayOthersWrite()) {
            refuse(
                    new UnsafePathException(
                            path,
                            "is a link of user " + link.owner(),
                            "no link, or one of " + users() + " in a directory to which nobody else may write",
                            !isTrusted(link.owner()) || above.mayAnybodyWrite()),
                    unusual);
        }
    }

    private static void refuse(UnsafePathException reason, List<UnsafePathException> unusual)
            throws UnsafePathException {
        if (reason.isForeign()) {
            throw reason;
        }
        unusual.add(reason);
    }

    /**
     * Checks a file, if there is one. Its directory is one that was checked, so that it stays what it is.
     *
     * @throws UnsafePathException if it is no regular file, has a second name, or somebody else may write to it
     */
    public void checkFile(Path file) throws IOException {
        Entry entry = Entry.at(file);
        if (entry == null) {
            return;
        }
        String expected = "a regular file of " + users() + " with one name" + WRITTEN_BY_THEM;
        if (!entry.isRegularFile()) {
            throw new UnsafePathException(
                    file, entry.isLink() ? "is a link" : "is no regular file", expected, !isTrusted(entry.owner()));
        }
        if (entry.links() > 1) {
            throw new UnsafePathException(file, "has " + entry.links() + " names", expected, isForeign(entry));
        }
        if (!isTrusted(entry.owner()) || entry.mayOthersWrite()) {
            throw new UnsafePathException(file, entry.described(), expected, isForeign(entry));
        }
    }

    /**
     * Takes others' permission to write from a file of this user, as versions before created it with a liberal umask.
     *
     * @param file one in a directory that was checked
     */
    public void restrict(Path file) throws IOException {
        Entry entry = Entry.at(file);
        if (entry != null
                && entry.isRegularFile()
                && entry.owner() == uid
                && entry.links() == 1
                && entry.mayOthersWrite()) {
            Set<PosixFilePermission> kept = EnumSet.noneOf(PosixFilePermission.class);
            kept.addAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
            kept.remove(PosixFilePermission.GROUP_WRITE);
            kept.remove(PosixFilePermission.OTHERS_WRITE);
            Files.setPosixFilePermissions(file, kept);
        }
    }

    /**
     * Returns whether a name belongs to another user, or leads to what any user may write to; does not follow it. What is
     * above it is not judged.
     *
     * @throws IOException if that cannot be determined
     */
    public boolean isForeign(Path path) throws IOException {
        Entry entry = Entry.at(path);
        return entry != null && isForeign(entry);
    }

    /** The mode of a link says nothing. */
    private boolean isForeign(Entry entry) {
        return !isTrusted(entry.owner()) || (!entry.isLink() && entry.mayAnybodyWrite());
    }

    /** Whether this process's user is root. */
    public boolean isRoot() {
        return uid == ROOT_USER;
    }

    /** Whether what a user owns is trusted. */
    public boolean isTrusted(int owner) {
        return owner == uid || owner == ROOT_USER;
    }

    private String users() {
        return uid == ROOT_USER ? "root" : "user " + uid + " or root";
    }

    private static String permissions(int mode) {
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] highestFirst = PosixFilePermission.values();
        for (int i = 0; i < highestFirst.length; i++) {
            if ((mode >> (highestFirst.length - 1 - i) & 1) == 1) {
                set.add(highestFirst[i]);
            }
        }
        return PosixFilePermissions.toString(set);
    }
}
