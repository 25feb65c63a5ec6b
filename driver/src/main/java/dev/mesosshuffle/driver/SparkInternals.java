package dev.mesosshuffle.driver;

import java.lang.reflect.Method;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.util.TransportConf;
import org.jspecify.annotations.Nullable;
import scala.Option;

/** What differs between Spark 2.2 and 4.2, called by reflection. For any thread. */
final class SparkInternals {
    private SparkInternals() {}

    /**
     * Returns the configuration of connections.
     *
     * @param conf with the keys of the module
     * @param module part of the names of keys, and of threads
     * @param security knows the certificates of Spark 4's RPC
     */
    static TransportConf transportConf(SparkConf conf, String module, SecurityManager security)
            throws ReflectiveOperationException {
        Method method = longest("fromSparkConf");
        Class<?>[] types = method.getParameterTypes();
        Object[] arguments = new Object[types.length];
        int options = 0;
        for (int i = 0; i < types.length; i++) {
            if (types[i] == SparkConf.class) {
                arguments[i] = conf;
            } else if (types[i] == String.class) {
                arguments[i] = module;
            } else if (types[i] == int.class) {
                // Cores, hence threads.
                arguments[i] = 1;
            } else if (types[i] == Option.class) {
                // The first is the role, since 3.0; the second the options of TLS, since 4.0.
                arguments[i] = options++ == 0 ? Option.empty() : Option.apply(tlsOptions(security));
            } else {
                throw new NoSuchMethodException(method + ": " + types[i] + " (expected: a known type)");
            }
        }
        Object result = method.invoke(null, arguments);
        if (result instanceof TransportConf) {
            return (TransportConf) result;
        }
        throw new NoSuchMethodException(method + " (expected: one that returns a TransportConf)");
    }

    private static Method longest(String name) throws NoSuchMethodException {
        Method longest = null;
        for (Method method : SparkTransportConf.class.getMethods()) {
            boolean isLonger = longest == null || method.getParameterCount() > longest.getParameterCount();
            if (method.getName().equals(name) && isLonger) {
                longest = method;
            }
        }
        if (longest == null) {
            throw new NoSuchMethodException("SparkTransportConf." + name);
        }
        return longest;
    }

    private static Object tlsOptions(SecurityManager security) throws ReflectiveOperationException {
        return SecurityManager.class.getMethod("getRpcSSLOptions").invoke(security);
    }

    /** Returns the context that is active in this JVM; null if none is, or if this version does not report it. */
    static @Nullable SparkContext activeContext() throws ReflectiveOperationException {
        Class<?> companion = Class.forName("org.apache.spark.SparkContext$");
        Object active;
        try {
            active = companion
                    .getMethod("getActive")
                    .invoke(companion.getField("MODULE$").get(null));
        } catch (NoSuchMethodException e) {
            return null;
        }
        if (active instanceof Option && ((Option<?>) active).isDefined()) {
            Object context = ((Option<?>) active).get();
            return context instanceof SparkContext ? (SparkContext) context : null;
        }
        return null;
    }
}
