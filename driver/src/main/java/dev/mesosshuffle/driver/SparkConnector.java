package dev.mesosshuffle.driver;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.TransportConf;
import org.jspecify.annotations.Nullable;

/**
 * Connects by Spark's own client, with the application's authentication, encryption and TLS. All connections share one
 * thread of Netty's, which starts with the first attempt, when the application's environment is complete.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class SparkConnector implements ServiceConnector {
    /** Not that of shuffles: for that one, some versions start threads to serve blocks. */
    private static final String MODULE = "shuffle-driver";

    private static final String KEYS = "spark." + MODULE + ".io.";
    private static final String IO_MODE = "spark.shuffle.io.mode";
    private static final String AUTHENTICATION_TIMEOUT = "spark.network.auth.rpcTimeout";

    private final ListenerSettings settings;
    private final HeartbeatTiming timing;
    private final String appId;
    private final DriverMessages messages;

    private @Nullable TransportClientFactory factory;
    private boolean closed;

    SparkConnector(ListenerSettings settings, HeartbeatTiming timing, String appId) {
        this.settings = settings;
        this.timing = timing;
        this.appId = appId;
        this.messages = new DriverMessages(appId, settings.timeoutMs());
    }

    @Override
    public ServiceConnection register(String host) throws Exception {
        // Never of the factory's pool: each connection is that of one registration.
        TransportClient client = factory().createUnmanagedClient(host, settings.port());
        boolean registered = false;
        try {
            client.sendRpcSync(messages.registration(), TimeUnit.SECONDS.toMillis(timing.connectSeconds()));
            registered = true;
            return new SparkConnection(client);
        } finally {
            if (!registered) {
                client.close();
            }
        }
    }

    private synchronized TransportClientFactory factory() throws IOException, ReflectiveOperationException {
        if (closed) {
            throw new IOException("the application has ended");
        }
        if (factory == null) {
            SparkEnv env = SparkEnv.get();
            if (env == null) {
                throw new IOException("Spark's environment is not there");
            }
            factory = newFactory(env.securityManager());
        }
        return factory;
    }

    private TransportClientFactory newFactory(SecurityManager security) throws ReflectiveOperationException {
        TransportConf conf = SparkInternals.transportConf(conf(), MODULE, security);
        List<TransportClientBootstrap> bootstraps = security.isAuthenticationEnabled()
                ? Collections.singletonList(new AuthClientBootstrap(conf, appId, security))
                : Collections.emptyList();
        return new TransportContext(conf, new NoOpRpcHandler()).createClientFactory(bootstraps);
    }

    private SparkConf conf() {
        SparkConf conf = settings.conf().clone();
        String limit = timing.connectSeconds() + "s";
        conf.set(KEYS + "clientThreads", "1");
        conf.set(KEYS + "connectionTimeout", limit);
        conf.set(KEYS + "connectionCreationTimeout", limit);
        if (conf.contains(IO_MODE)) {
            conf.set(KEYS + "mode", conf.get(IO_MODE));
        }
        if (!conf.contains(AUTHENTICATION_TIMEOUT)) {
            conf.set(AUTHENTICATION_TIMEOUT, limit);
        }
        return conf;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (factory != null) {
            factory.close();
        }
    }

    private final class SparkConnection implements ServiceConnection {
        private final TransportClient client;

        SparkConnection(TransportClient client) {
            this.client = client;
        }

        @Override
        public boolean isActive() {
            return client.isActive();
        }

        @Override
        public void sendHeartbeat() {
            client.send(messages.heartbeat());
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
