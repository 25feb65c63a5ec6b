package dev.mesosshuffle.attack;

import dev.mesosshuffle.it.wire.ChallengeProof;
import dev.mesosshuffle.it.wire.ClientHandshake;
import dev.mesosshuffle.it.wire.KeyExchangeProof;
import dev.mesosshuffle.it.wire.SaslProof;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a client without the secret can send before its proof, and one with the secret instead of it. Each is bounded, ends by
 * itself, and fails if anything of it is served.
 */
enum HandshakeAttack implements Attack {
    EXPENSIVE_WISHES {
        @Override
        public void attack(AttackTarget target) throws IOException {
            ChallengeProof.Wishes usual = ChallengeProof.Wishes.USUAL;
            List<ChallengeProof.Wishes> wishes = new ArrayList<>();
            for (int iterations : new int[] {Integer.MAX_VALUE, 65_537, 0, -1, Integer.MIN_VALUE}) {
                wishes.add(usual.withIterations(iterations));
            }
            for (int keyBits : new int[] {1 << 30, Integer.MAX_VALUE, 257, 8, 0, -128}) {
                wishes.add(new ChallengeProof.Wishes(usual.keyFunction(), 1, usual.cipher(), keyBits));
            }
            for (String name : List.of("", "PBKDF2WithHmacMD5", "AES", "x".repeat(64))) {
                wishes.add(new ChallengeProof.Wishes(name, 1, usual.cipher(), 128));
                wishes.add(new ChallengeProof.Wishes(usual.keyFunction(), 1, name, 128));
            }
            for (ChallengeProof.Wishes each : wishes) {
                byte[] message = ChallengeProof.message(APP, each, new byte[16], new byte[64]);
                repeat(20, () -> HandshakeClients.assertRefused(target, message, "not admitted"));
            }
        }
    },

    HUGE_LENGTHS {
        @Override
        public void attack(AttackTarget target) throws IOException {
            for (ClientHandshake kind : ClientHandshake.values()) {
                byte[] message = HandshakeClients.firstMessage(kind, APP, HandshakeClients.SECRET);
                for (int offset : lengths(kind, message)) {
                    for (int length : new int[] {Integer.MAX_VALUE, 1 << 30, message.length, -1, Integer.MIN_VALUE}) {
                        byte[] changed = message.clone();
                        ByteBuffer.wrap(changed).putInt(offset, length);
                        HandshakeClients.assertRefused(target, changed, "IllegalArgumentException");
                    }
                }
            }
            for (long frame : new long[] {Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE, 0, -1, Long.MIN_VALUE + 100}) {
                try (WireClient client = target.hostileClient()) {
                    client.sendPartOfFrame(frame, 100);
                    HandshakeClients.assertEnds(client);
                }
            }
        }
    },

    LOW_ORDER_POINTS {
        @Override
        public void attack(AttackTarget target) throws IOException, GeneralSecurityException {
            for (String point : LOW_ORDER) {
                byte[] message = KeyExchangeProof.message(
                        APP, HandshakeClients.SECRET, HexFormat.of().parseHex(point));
                repeat(20, () -> HandshakeClients.assertRefused(target, message, "public key of low order"));
            }
        }
    },

    RECORDED_HANDSHAKES {
        @Override
        public void attack(AttackTarget target) throws IOException {
            for (ClientHandshake kind : ClientHandshake.values()) {
                List<byte[]> recorded;
                try (WireClient client = new WireClient(target.port())) {
                    client.record();
                    HandshakeClients.prove(client, kind, APP);
                    client.succeed(WireMessages.heartbeat(APP));
                    recorded = client.recorded();
                }
                repeat(50, () -> replay(target, recorded));
            }
        }
    },

    SECOND_HANDSHAKES {
        @Override
        public void attack(AttackTarget target) throws IOException {
            byte[] clientHello = HandshakeClients.clientHello();
            for (ClientHandshake kind : ClientHandshake.values()) {
                for (ClientHandshake second : ClientHandshake.values()) {
                    byte[] again = HandshakeClients.firstMessage(second, "another", HandshakeClients.SECRET);
                    try (WireClient client = proven(target, kind)) {
                        client.sendRequest(again);
                        HandshakeClients.assertEnds(client);
                    }
                }
                try (WireClient client = proven(target, kind)) {
                    client.send(clientHello);
                    HandshakeClients.assertEnds(client);
                }
            }
        }
    },

    FRAMES_BEHIND_HANDSHAKES {
        @Override
        public void attack(AttackTarget target) throws IOException {
            byte[] behind = WireClient.requestFrame(2, WireMessages.registerDriver(APP, 1));
            for (int length : new int[] {behind.length, behind.length - 1, Long.BYTES, 1}) {
                for (ClientHandshake kind : ClientHandshake.values()) {
                    try (WireClient client = target.hostileClient()) {
                        byte[] last = HandshakeClients.firstMessage(kind, APP, HandshakeClients.SECRET);
                        if (kind == ClientHandshake.SASL) {
                            byte[] challenge = WireClient.answer(client.succeed(last));
                            last = new SaslProof(APP, HandshakeClients.SECRET).answer(challenge);
                        }
                        byte[] handshake = WireClient.requestFrame(1, last);
                        client.send(ByteBuffer.allocate(handshake.length + length)
                                .put(handshake)
                                .put(behind, 0, length)
                                .array());
                        HandshakeClients.assertEnds(client);
                    }
                }
            }
        }
    },

    EVERY_FRAME_BEFORE_A_PROOF {
        @Override
        public void attack(AttackTarget target) throws IOException {
            AttackVictim victim = AttackVictim.registerProven(target);
            String id = victim.appId();
            Path kept = HealthyClient.place(victim.dir(), "rdd_0_0");
            Files.createDirectories(kept.getParent());
            Files.write(kept, new byte[1]);
            byte[] request = WireClient.requestFrame(1, WireMessages.registerExecutor(id, "0", List.of(victim.dir())));
            for (int type = 0; type <= 0xff; type++) {
                request[Long.BYTES] = (byte) type;
                assertUnserved(target, client -> client.send(request));
            }
            request[Long.BYTES] = WireClient.RPC_REQUEST;
            for (int type = 0; type <= 0xff; type++) {
                if (type != 0xea && type != 0xfa && type != 0xfb) {
                    request[MESSAGE_TYPE] = (byte) type;
                    assertUnserved(target, client -> client.send(request));
                }
            }
            for (byte[] message : List.of(
                    WireMessages.openBlocks(id, "0", List.of("shuffle_0_0_0")),
                    WireMessages.openBlocks(id, "0", WireMessages.copies(1_000, "shuffle_0_0_0")),
                    WireMessages.fetchShuffleBlock(id, "0", 0, 0),
                    WireMessages.removeBlocks(id, "0", List.of("rdd_0_0")),
                    WireMessages.getLocalDirs(id, List.of("0")),
                    WireMessages.registerDriver(id, 1),
                    WireMessages.heartbeat(id),
                    WireMessages.diagnoseCorruption(id, "0", 0, 0))) {
                assertUnserved(target, client -> client.sendRequest(message));
                assertUnserved(target, client -> client.sendOneWay(message));
            }
            try (WireClient client = HandshakeClients.proven(target.port(), ClientHandshake.SASL, id)) {
                client.fetch(WireMessages.fetchShuffleBlock(id, "0", 0, 0));
                if (!Files.exists(kept)) {
                    throw new AssertionError("a stranger removed " + kept);
                }
                client.succeed(WireMessages.removeBlocks(id, "0", List.of("rdd_0_0")));
            }
        }
    },

    WRONG_SECRETS {
        @Override
        public void attack(AttackTarget target) throws IOException {
            byte[] challenge = HandshakeClients.firstMessage(ClientHandshake.CHALLENGE, APP, "wrong");
            byte[] keyExchange = HandshakeClients.firstMessage(ClientHandshake.KEY_EXCHANGE, APP, "wrong");
            repeat(WRONG_SECRETS_OF_A_KIND, () -> {
                HandshakeClients.assertRefused(target, challenge, "Authentication failed.");
                HandshakeClients.assertRefused(target, keyExchange, "Authentication failed.");
                try (WireClient client = target.hostileClient()) {
                    byte[] token = WireClient.answer(client.succeed(SaslProof.message(APP, new byte[0])));
                    String failure = WireClient.failure(client.call(new SaslProof(APP, "wrong").answer(token)));
                    if (!failure.contains("Mismatched response")) {
                        throw new AssertionError("answer: " + failure);
                    }
                }
            });
        }

        @Override
        int wrongSecrets() {
            return ClientHandshake.values().length * WRONG_SECRETS_OF_A_KIND;
        }
    };

    /** The application whose clients are healthy. */
    private static final String APP = HealthyClient.APP;

    /** Behind the frame's length and type, the number of the request and the length of its body. */
    private static final int MESSAGE_TYPE = Long.BYTES + Byte.BYTES + Long.BYTES + Integer.BYTES;

    /** All points of X25519 with which everybody can compute the secret, and other spellings of them. */
    private static final List<String> LOW_ORDER = List.of(
            "00".repeat(32),
            "01" + "00".repeat(31),
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ec" + "ff".repeat(30) + "7f",
            "ed" + "ff".repeat(30) + "7f",
            "ee" + "ff".repeat(30) + "7f",
            "00".repeat(31) + "80");

    private static final int WRONG_SECRETS_OF_A_KIND = 334;

    /** Runs it, to its end. */
    @Override
    public abstract void attack(AttackTarget target) throws IOException, GeneralSecurityException;

    /** How many wrong secrets the daemon must have counted afterwards. */
    int wrongSecrets() {
        return 0;
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void repeat(int times, Step step) throws IOException {
        for (int i = 0; i < times; i++) {
            step.run();
        }
    }

    private static WireClient proven(AttackTarget target, ClientHandshake kind) throws IOException {
        WireClient client = HandshakeClients.proven(target.port(), kind, APP);
        client.succeed(WireMessages.heartbeat(APP));
        return client;
    }

    /** Where the lengths of a first message's fields are. */
    private static List<Integer> lengths(ClientHandshake kind, byte[] message) {
        ByteBuffer fields = ByteBuffer.wrap(message);
        List<Integer> offsets = new ArrayList<>();
        int offset = 1;
        while (offset < message.length) {
            offsets.add(offset);
            offset += Integer.BYTES + fields.getInt(offset);
            // The numbers behind the names of the key's function and of the cipher.
            if (kind == ClientHandshake.CHALLENGE && (offsets.size() == 2 || offsets.size() == 3)) {
                offset += Integer.BYTES;
            }
        }
        return offsets;
    }

    /** Repeats what another client sent; the last piece is its request. */
    private static void replay(AttackTarget target, List<byte[]> recorded) throws IOException {
        try (WireClient client = target.hostileClient()) {
            for (byte[] piece : recorded.subList(0, recorded.size() - 1)) {
                client.send(piece);
                client.receive();
            }
            client.send(recorded.get(recorded.size() - 1));
            HandshakeClients.assertEnds(client);
        }
    }

    private interface Request {
        void send(WireClient client) throws IOException;
    }

    private static void assertUnserved(AttackTarget target, Request request) throws IOException {
        try (WireClient client = target.hostileClient()) {
            request.send(client);
            HandshakeClients.assertEnds(client);
        }
    }
}
