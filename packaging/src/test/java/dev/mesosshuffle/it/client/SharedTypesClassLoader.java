package dev.mesosshuffle.it.client;

import java.util.Set;

/**
 * The parent of a client's class loader: the JDK and the types through which tests talk to a client, but nothing else
 * of the tests' class path.
 */
final class SharedTypesClassLoader extends ClassLoader {
    private static final Set<String> SHARED = Set.of(SparkClient.class.getName(), Fetched.class.getName());

    SharedTypesClassLoader() {
        super("shared-types", ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (SHARED.contains(name)) {
            return SharedTypesClassLoader.class.getClassLoader().loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }
}
