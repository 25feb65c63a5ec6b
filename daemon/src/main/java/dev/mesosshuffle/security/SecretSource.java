package dev.mesosshuffle.security;

import org.jspecify.annotations.Nullable;

/** The secrets of applications. For any thread. */
@FunctionalInterface
public interface SecretSource {
    /** The secret of an application; null if it has none. */
    @Nullable
    ApplicationSecret find(String appId);
}
