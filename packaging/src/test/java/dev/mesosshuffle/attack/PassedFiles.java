package dev.mesosshuffle.attack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Answers the kernel's requests to a FUSE file system (linux/fuse.h, version 7.31) from the files of a directory. Knows what a
 * shuffle service does with its roots, and no more. For one thread.
 */
final class PassedFiles {
    private static final int HEADER_BYTES = 40;
    private static final int ENOENT = 2;
    private static final int EIO = 5;
    private static final int EEXIST = 17;
    private static final int ENOSYS = 38;
    private static final int ENOTEMPTY = 39;
    private static final int NO_REPLY = 1;
    private static final int BLOCK_BYTES = 4096;
    private static final long MANY = 1 << 24;
    private static final int SET_MODE = 1;
    private static final int SET_SIZE = 1 << 3;
    private static final int SET_MTIME = 1 << 5;

    private static final int INIT = 26;

    private final Map<Long, Path> paths = new HashMap<>();
    private final Map<Path, Long> nodes = new HashMap<>();
    private final Map<Long, List<Path>> listings = new HashMap<>();
    private long lastNode;
    private long lastListing;

    PassedFiles(Path dir) {
        node(dir);
    }

    /** Returns the reply with its header; an empty one if none is expected. */
    byte[] answer(ByteBuffer request) {
        int opcode = request.getInt(4);
        long unique = request.getLong(8);
        Reply reply = new Reply();
        int error;
        try {
            Path at = paths.get(request.getLong(16));
            request.position(HEADER_BYTES);
            if (opcode == INIT) {
                error = answer(opcode, Path.of("/"), request, reply);
            } else {
                error = at == null ? ENOENT : answer(opcode, at, request, reply);
            }
        } catch (NoSuchFileException e) {
            error = ENOENT;
        } catch (FileAlreadyExistsException e) {
            error = EEXIST;
        } catch (DirectoryNotEmptyException e) {
            error = ENOTEMPTY;
        } catch (IOException e) {
            error = EIO;
        }
        return error == NO_REPLY ? new byte[0] : reply.finish(unique, error);
    }

    private int answer(int opcode, Path at, ByteBuffer in, Reply reply) throws IOException {
        switch (opcode) {
            case 1 -> entry(at.resolve(name(in)), reply);
            case 2, 36, 42 -> {
                return NO_REPLY;
            }
            case 3 -> attributes(at, reply);
            case 4 -> change(at, in, reply);
            case 9 -> {
                in.position(in.position() + 8);
                entry(Files.createDirectory(at.resolve(name(in))), reply);
            }
            case 10, 11 -> delete(at.resolve(name(in)));
            case 12 -> rename(at, in, 8);
            case 45 -> rename(at, in, 16);
            case 14 -> reply.longs(0, 0);
            case 27 -> reply.longs(list(at), 0);
            case 15 -> read(at, in, reply);
            case 16 -> write(at, in, reply);
            case 17 -> {
                reply.longs(MANY, MANY, MANY, MANY, MANY);
                reply.ints(BLOCK_BYTES, 255, BLOCK_BYTES, 0, 0, 0, 0, 0, 0, 0);
            }
            // No flush: with it, a process whose files are open could not end while this hangs.
            case 18, 20, 30, 34, 38 -> reply.longs();
            case INIT -> {
                reply.ints(7, 31, 1 << 17, 1 | 1 << 3 | 1 << 5, 16 | 12 << 16, 1 << 16, 1, 0, 0);
                reply.ints(0, 0, 0, 0, 0, 0, 0);
            }
            case 28 -> entries(in, reply);
            case 29 -> listings.remove(in.getLong());
            case 35 -> {
                in.position(in.position() + 16);
                Path file = at.resolve(name(in));
                if (!Files.exists(file)) {
                    Files.createFile(file);
                }
                entry(file, reply);
                reply.longs(0, 0);
            }
            default -> {
                return ENOSYS;
            }
        }
        return 0;
    }

    private static String name(ByteBuffer in) {
        int start = in.position();
        int end = start;
        while (in.get(end) != 0) {
            end++;
        }
        in.position(end + 1);
        return new String(in.array(), in.arrayOffset() + start, end - start, StandardCharsets.UTF_8);
    }

    private long node(Path path) {
        return nodes.computeIfAbsent(path, added -> {
            paths.put(++lastNode, added);
            return lastNode;
        });
    }

    /** Valid for no time, so that each use asks again. */
    private void entry(Path path, Reply reply) throws IOException {
        Map<String, Object> found = unix(path);
        reply.longs(node(path), 0, 0, 0, 0);
        attributes(path, found, reply);
    }

    private void attributes(Path path, Reply reply) throws IOException {
        Map<String, Object> found = unix(path);
        reply.longs(0, 0);
        attributes(path, found, reply);
    }

    private static Map<String, Object> unix(Path path) throws IOException {
        return Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
    }

    private void attributes(Path path, Map<String, Object> found, Reply reply) {
        long size = number(found, "size").longValue();
        long mtime = nanos(found, "lastModifiedTime");
        long ctime = nanos(found, "ctime");
        long second = TimeUnit.SECONDS.toNanos(1);
        reply.longs(node(path), size, (size + 511) / 512, mtime / second, mtime / second, ctime / second);
        reply.ints(
                (int) (mtime % second),
                (int) (mtime % second),
                (int) (ctime % second),
                number(found, "mode").intValue());
        reply.ints(
                number(found, "nlink").intValue(),
                number(found, "uid").intValue(),
                number(found, "gid").intValue(),
                0);
        reply.ints(BLOCK_BYTES, 0);
    }

    private static Number number(Map<String, Object> found, String attribute) {
        return (Number) Objects.requireNonNull(found.get(attribute), attribute);
    }

    private static long nanos(Map<String, Object> found, String attribute) {
        return ((FileTime) Objects.requireNonNull(found.get(attribute), attribute)).to(TimeUnit.NANOSECONDS);
    }

    private void change(Path at, ByteBuffer in, Reply reply) throws IOException {
        int start = in.position();
        int valid = in.getInt(start);
        if ((valid & SET_MODE) != 0) {
            Files.setAttribute(at, "unix:mode", in.getInt(start + 68));
        }
        if ((valid & SET_SIZE) != 0) {
            try (FileChannel channel = FileChannel.open(at, StandardOpenOption.WRITE)) {
                channel.truncate(in.getLong(start + 16));
            }
        }
        if ((valid & SET_MTIME) != 0) {
            Files.setLastModifiedTime(at, FileTime.from(in.getLong(start + 40), TimeUnit.SECONDS));
        }
        attributes(at, reply);
    }

    private void delete(Path path) throws IOException {
        Files.delete(path);
        Long node = nodes.remove(path);
        if (node != null) {
            paths.remove(node);
        }
    }

    private void rename(Path at, ByteBuffer in, int headBytes) throws IOException {
        Path target = paths.get(in.getLong());
        if (target == null) {
            throw new NoSuchFileException("the target directory");
        }
        in.position(in.position() + headBytes - 8);
        Path from = at.resolve(name(in));
        Path to = target.resolve(name(in));
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        Long replaced = nodes.remove(to);
        if (replaced != null) {
            paths.remove(replaced);
        }
        for (Path path : List.copyOf(nodes.keySet())) {
            if (path.startsWith(from)) {
                Path moved = to.resolve(from.relativize(path)).normalize();
                Long node = nodes.remove(path);
                if (node != null) {
                    nodes.put(moved, node);
                    paths.put(node, moved);
                }
            }
        }
    }

    private long list(Path dir) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (Stream<Path> found = Files.list(dir)) {
            found.sorted(Comparator.naturalOrder()).forEach(entries::add);
        }
        listings.put(++lastListing, entries);
        return lastListing;
    }

    private void entries(ByteBuffer in, Reply reply) {
        List<Path> entries = listings.getOrDefault(in.getLong(), List.of());
        long offset = in.getLong();
        int max = in.getInt();
        for (int i = (int) offset; i < entries.size(); i++) {
            byte[] name = entries.get(i).getFileName().toString().getBytes(StandardCharsets.UTF_8);
            int padded = (name.length + 7) / 8 * 8;
            if (reply.size() + 24 + padded > max) {
                return;
            }
            reply.longs(node(entries.get(i)), i + 1L);
            // Its type is unknown: whoever needs that reads its attributes.
            reply.ints(name.length, 0);
            reply.bytes(Arrays.copyOf(name, padded), padded);
        }
    }

    private static void read(Path at, ByteBuffer in, Reply reply) throws IOException {
        long offset = in.getLong(in.position() + 8);
        ByteBuffer bytes = ByteBuffer.allocate(in.getInt(in.position() + 16));
        try (FileChannel channel = FileChannel.open(at, StandardOpenOption.READ)) {
            int count = channel.read(bytes, offset);
            reply.bytes(bytes.array(), Math.max(0, count));
        }
    }

    private static void write(Path at, ByteBuffer in, Reply reply) throws IOException {
        int start = in.position();
        int size = in.getInt(start + 16);
        ByteBuffer bytes = in.slice(start + HEADER_BYTES, size);
        try (FileChannel channel = FileChannel.open(at, StandardOpenOption.WRITE)) {
            channel.write(bytes, in.getLong(start + 8));
        }
        reply.ints(size, 0);
    }

    /** A reply's body, in the machine's byte order. */
    private static final class Reply {
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        int size() {
            return body.size();
        }

        void longs(long... values) {
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.nativeOrder());
            bytes.asLongBuffer().put(values);
            bytes(bytes.array(), bytes.capacity());
        }

        void ints(int... values) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.nativeOrder());
            bytes.asIntBuffer().put(values);
            bytes(bytes.array(), bytes.capacity());
        }

        void bytes(byte[] bytes, int count) {
            body.write(bytes, 0, count);
        }

        byte[] finish(long unique, int error) {
            byte[] content = error == 0 ? body.toByteArray() : new byte[0];
            return ByteBuffer.allocate(16 + content.length)
                    .order(ByteOrder.nativeOrder())
                    .putInt(16 + content.length)
                    .putInt(-error)
                    .putLong(unique)
                    .put(content)
                    .array();
        }
    }
}
