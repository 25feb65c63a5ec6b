package dev.mesosshuffle.it.security;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between clients and a service, and keeps every byte that goes either way. For a few megabytes. */
public final class WireTap implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ServerSocket server;
    private final int servicePort;

    private WireTap(ServerSocket server, int servicePort) {
        this.server = server;
        this.servicePort = servicePort;
    }

    /** Starts one before the service on this port. */
    public static WireTap before(int servicePort) throws IOException {
        WireTap tap = new WireTap(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()), servicePort);
        tap.start(tap::accept);
        return tap;
    }

    /** Where clients connect. */
    public int port() {
        return server.getLocalPort();
    }

    /** Whether these characters were sent as they are, whichever way. */
    public boolean saw(String text) {
        synchronized (seen) {
            return seen.toString(StandardCharsets.ISO_8859_1).contains(text);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket service = new Socket(InetAddress.getLoopbackAddress(), servicePort);
                sockets.addAll(List.of(client, service));
                start(() -> copy(client, service));
                start(() -> copy(service, client));
            }
        } catch (IOException e) {
            closeAll();
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                synchronized (seen) {
                    seen.write(buffer, 0, read);
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // Either end has gone, and so goes the other one.
            return;
        }
    }

    private void start(Runnable work) {
        Thread thread = new Thread(work, "wire-tap-" + port());
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        closeAll();
    }

    private void closeAll() {
        closeQuietly(server);
        sockets.forEach(WireTap::closeQuietly);
    }

    private static void closeQuietly(Closeable closed) {
        try {
            closed.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
