package dev.mesosshuffle.security;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where secrets come from.
 *
 * @param environment the value of {@code _SPARK_AUTH_SECRET}
 * @param literal {@code spark.authenticate.secret}
 * @param isLiteralVisible whether the literal came as an argument of this process, which every user of the host can read
 * @param encodedFile {@code spark.authenticate.secret.file}: the secret is the Base64 form of its bytes, as Spark has it
 * @param plainFile {@code spark.mesos.shuffle.service.secret.file}: the secret is its only line
 * @param applicationsFile {@code spark.mesos.shuffle.service.secrets.file}: lines {@code appId=secret}
 */
public record SecretSettings(
        @Nullable ApplicationSecret environment,
        @Nullable ApplicationSecret literal,
        boolean isLiteralVisible,
        @Nullable Path encodedFile,
        @Nullable Path plainFile,
        @Nullable Path applicationsFile) {
    /** The name of the environment's variable. */
    public static final String ENVIRONMENT = "_SPARK_AUTH_SECRET";

    /** The key of the literal. */
    public static final String LITERAL = "spark.authenticate.secret";

    /** The key of the file with the bytes that are encoded. */
    public static final String ENCODED_FILE = "spark.authenticate.secret.file";

    /** The key of the file with a text. */
    public static final String PLAIN_FILE = "spark.mesos.shuffle.service.secret.file";

    /** The key of the file with secrets of applications. */
    public static final String APPLICATIONS_FILE = "spark.mesos.shuffle.service.secrets.file";
}
