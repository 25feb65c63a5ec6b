package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.wire.ClientHandshake;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** An application of the attacker's own, with one executor and one block. */
record AttackVictim(String appId, Path dir) {
    private static final int BLOCK_BYTES = 100_000;

    static AttackVictim register(AttackTarget target) throws IOException {
        AttackVictim victim = create(target);
        try (WireClient client = target.hostileClient()) {
            victim.register(client);
        }
        return victim;
    }

    /** Registers one where clients must authenticate. */
    static AttackVictim registerProven(AttackTarget target) throws IOException {
        AttackVictim victim = create(target);
        try (WireClient client = HandshakeClients.proven(target.port(), ClientHandshake.SASL, victim.appId)) {
            victim.register(client);
        }
        return victim;
    }

    private static AttackVictim create(AttackTarget target) throws IOException {
        AttackVictim victim = new AttackVictim(newId(), target.root().resolve("blockmgr-" + UUID.randomUUID()));
        HealthyClient.writeMapOutput(victim.dir, 0, new byte[BLOCK_BYTES]);
        return victim;
    }

    private void register(WireClient client) throws IOException {
        client.succeed(WireMessages.registerExecutor(appId, "0", List.of(dir)));
    }

    /** Writes another map output, whose only block has no bytes on the disk. */
    void writeSparse(long bytes) throws IOException {
        HealthyClient.writeMapOutput(dir, 1, new byte[0]);
        sparse(HealthyClient.place(dir, "shuffle_0_1_0.data"), bytes);
        try (RandomAccessFile index = new RandomAccessFile(
                HealthyClient.place(dir, "shuffle_0_1_0.index").toFile(), "rw")) {
            index.writeLong(0);
            index.writeLong(bytes);
        }
        Path checksums = HealthyClient.place(dir, "shuffle_0_1_0.checksum.ADLER32");
        Files.createDirectories(checksums.getParent());
        Files.write(checksums, new byte[Long.BYTES]);
    }

    static void sparse(Path file, long bytes) throws IOException {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(bytes);
        }
    }

    static String newId() {
        return "hostile-" + UUID.randomUUID();
    }
}
