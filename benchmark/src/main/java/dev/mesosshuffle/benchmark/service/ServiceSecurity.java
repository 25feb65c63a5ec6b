package dev.mesosshuffle.benchmark.service;

import dev.mesosshuffle.benchmark.security.Protection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a service needs to protect its connections; every service gets the same. */
final class ServiceSecurity {
    private static final String KEY_STORE = "service.p12";
    private static final String PASSWORD = "benchmark";

    private ServiceSecurity() {}

    /**
     * Makes the files that the settings name.
     *
     * @param folder of the service; exists
     * @throws IOException with what keytool said, if there is no key afterwards
     */
    static void prepare(Protection protection, Path folder) throws IOException, InterruptedException {
        Path keyStore = folder.resolve(KEY_STORE);
        if (protection != Protection.TLS || Files.exists(keyStore)) {
            return;
        }
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-validity",
                        "30",
                        "-alias",
                        "service",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keyStore.toString()))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int status = keytool.waitFor();
        if (status != 0) {
            throw new IOException("keytool ended with " + status + " (expected: 0): " + output);
        }
        Files.setPosixFilePermissions(keyStore, PosixFilePermissions.fromString("rw-------"));
    }

    /** The settings by their keys. */
    static Map<String, String> settings(Protection protection, Path folder) {
        Map<String, String> settings = new HashMap<>(protection.settings());
        if (protection == Protection.TLS) {
            settings.put("spark.ssl.rpc.keyStore", folder.resolve(KEY_STORE).toString());
            settings.put("spark.ssl.rpc.keyStorePassword", PASSWORD);
            settings.put("spark.ssl.rpc.keyPassword", PASSWORD);
        }
        return settings;
    }

    /** The secret, where Spark and the daemon look for it first. */
    static Map<String, String> environment(Protection protection) {
        return switch (protection) {
            case NONE, TLS -> Map.of();
            case SASL, AUTH_CONF, CTR, GCM -> Map.of("_SPARK_AUTH_SECRET", Protection.SECRET);
        };
    }
}
