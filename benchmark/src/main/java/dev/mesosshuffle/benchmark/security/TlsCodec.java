package dev.mesosshuffle.benchmark.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** TLS as Spark 4's clients speak it with their defaults: version 1.3, their order of cipher suites, any certificate. */
final class TlsCodec implements WireCodec {
    private static final String PROTOCOL = "TLSv1.3";

    /** What an untouched client of Spark 4 offers, in its order. */
    private static final String[] CLIENT_SUITES = {
        "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"
    };

    private static final int RECORD_HEADER_BYTES = 5;
    private static final int LENGTH_OFFSET = 3;
    private static final byte[] NOTHING = {};

    private final SSLEngine engine;
    private final Piece record;
    private final ByteBuffer plainRecord;

    private TlsCodec(SSLEngine engine) {
        this.engine = engine;
        this.record = new Piece(engine.getSession().getPacketBufferSize());
        this.plainRecord = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    /** A context that trusts every certificate, as Spark's clients do without a trust store. */
    static SSLContext trustAnybody() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance(PROTOCOL);
        context.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
        return context;
    }

    /** Does the handshake on a blocking channel, and reads nothing behind it. */
    static TlsCodec connect(SocketChannel channel, SSLContext context) throws IOException {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {PROTOCOL});
        engine.setEnabledCipherSuites(CLIENT_SUITES);
        TlsCodec codec = new TlsCodec(engine);
        engine.beginHandshake();
        InputStream in = channel.socket().getInputStream();
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            codec.step(channel, in);
        }
        return codec;
    }

    private void step(SocketChannel channel, InputStream in) throws IOException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_WRAP -> {
                ByteBuffer wire = encode(ByteBuffer.wrap(NOTHING));
                while (wire.hasRemaining()) {
                    channel.write(wire);
                }
            }
            default -> {
                byte[] header = in.readNBytes(RECORD_HEADER_BYTES);
                byte[] rest = in.readNBytes(length(header) - RECORD_HEADER_BYTES);
                decode(ByteBuffer.wrap(header), TlsCodec::rejectEarlyBytes);
                decode(ByteBuffer.wrap(rest), TlsCodec::rejectEarlyBytes);
            }
        }
    }

    private static void rejectEarlyBytes(ByteBuffer plain) throws IOException {
        throw new IOException(plain.remaining() + " bytes came within the handshake (expected: none)");
    }

    private static int length(byte[] header) throws IOException {
        if (header.length < RECORD_HEADER_BYTES) {
            throw new IOException("the service closed the connection in the handshake");
        }
        return RECORD_HEADER_BYTES + Short.toUnsignedInt(ByteBuffer.wrap(header).getShort(LENGTH_OFFSET));
    }

    @Override
    public ByteBuffer encode(ByteBuffer plain) throws IOException {
        int packetBytes = engine.getSession().getPacketBufferSize();
        int applicationBytes = engine.getSession().getApplicationBufferSize();
        ByteBuffer wire = ByteBuffer.allocate(packetBytes * (2 + plain.remaining() / (applicationBytes / 2)));
        do {
            check(engine.wrap(plain, wire));
        } while (plain.hasRemaining());
        return wire.flip();
    }

    @Override
    public void decode(ByteBuffer wire, Plain plain) throws IOException {
        while (wire.hasRemaining()) {
            if (record.fill(wire, RECORD_HEADER_BYTES)) {
                int length = length(record.bytes);
                if (length > record.bytes.length) {
                    throw new IOException("record of " + length + " bytes (expected: at most " + record.bytes.length
                            + "); does the service speak TLS?");
                }
                if (record.fill(wire, length)) {
                    record.clear();
                    decodeRecord(ByteBuffer.wrap(record.bytes, 0, length), plain);
                }
            }
        }
    }

    private void decodeRecord(ByteBuffer bytes, Plain plain) throws IOException {
        while (bytes.hasRemaining()) {
            check(engine.unwrap(bytes, plainRecord.clear()));
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            }
            if (plainRecord.flip().hasRemaining()) {
                plain.accept(plainRecord);
            }
        }
    }

    private static void check(SSLEngineResult result) throws IOException {
        if (result.getStatus() != SSLEngineResult.Status.OK) {
            throw new IOException("TLS: " + result.getStatus() + " (expected: OK)");
        }
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
