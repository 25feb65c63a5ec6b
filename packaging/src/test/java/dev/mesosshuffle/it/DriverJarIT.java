package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.spark.SparkVersion;
import java.io.DataInputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The jar for drivers by itself, and what Spark's own service makes of the registration that it sends. */
final class DriverJarIT {
    private static final int JAVA_8 = 52;
    private static final int MAGIC = 0xcafebabe;
    private static final long SMALL = 100 * 1024;

    /** {@code RegisterDriver} of app "app" with 120 s, and the byte that announces a return. */
    private static final byte[] REGISTRATION = {
        4, 0, 0, 0, 3, 'a', 'p', 'p', 0, 0, 0, 0, 0, 1, (byte) 0xd4, (byte) 0xc0, 1
    };

    @Test
    void hasItsOwnClassesOnlyAndRunsOnJava8() throws Exception {
        assertThat(Files.size(DriverJar.path())).isLessThan(SMALL);
        try (JarFile jar = new JarFile(DriverJar.path().toFile())) {
            List<JarEntry> classes = jar.stream()
                    .filter(entry -> entry.getName().endsWith(".class"))
                    .toList();
            assertThat(classes).isNotEmpty().allMatch(entry -> entry.getName().startsWith("dev/mesosshuffle/driver/"));
            for (JarEntry entry : classes) {
                try (DataInputStream bytes = new DataInputStream(jar.getInputStream(entry))) {
                    assertThat(bytes.readInt()).isEqualTo(MAGIC);
                    assertThat(bytes.readInt()).as(entry.getName()).isEqualTo(JAVA_8);
                }
            }
        }
    }

    /** Spark 4 has no such message. */
    @ParameterizedTest
    @EnumSource(
            names = {"V4_0_4", "V4_2_0"},
            mode = EnumSource.Mode.EXCLUDE)
    void sparksOwnDecodersIgnoreTheByteThatAnnouncesAReturn(SparkVersion version) throws Exception {
        URL[] jars = new URL[version.jars().size()];
        for (int i = 0; i < jars.length; i++) {
            Path jar = version.jars().get(i);
            jars[i] = jar.toUri().toURL();
        }
        try (URLClassLoader loader = new URLClassLoader(jars, ClassLoader.getPlatformClassLoader())) {
            Object message = loader.loadClass("org.apache.spark.network.shuffle.protocol.BlockTransferMessage$Decoder")
                    .getMethod("fromByteBuffer", ByteBuffer.class)
                    .invoke(null, ByteBuffer.wrap(REGISTRATION));
            Class<?> type = message.getClass();
            assertThat(type.getSimpleName()).isEqualTo("RegisterDriver");
            assertThat(type.getMethod("getAppId").invoke(message)).isEqualTo("app");
            assertThat(type.getMethod("getHeartbeatTimeoutMs").invoke(message)).isEqualTo(120_000L);
        }
    }
}
