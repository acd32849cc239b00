package io.musher.internal.process.launch;

import java.lang.reflect.Modifier;
import java.nio.channels.spi.SelectorProvider;
import java.util.Optional;

/**
 * Tells a worker which {@code SelectorProvider} it has, if it is the JDK's. Otherwise the JDK looks for one in all jars
 * of the class path, which a worker with shared class data does not open for anything else: a tenth of its start.
 */
final class SelectorProviderFlag {

    private static final String PROPERTY = "java.nio.channels.spi.SelectorProvider";

    private SelectorProviderFlag() {}

    static boolean is(String flag) {
        return flag.startsWith("-D" + PROPERTY + "=");
    }

    /** {@return the flag for workers with the class path of this JVM; empty if that has a provider of its own} */
    static Optional<String> ofThisJvm() {
        Class<?> provider = SelectorProvider.provider().getClass();
        return provider.getModule() == Object.class.getModule() && Modifier.isPublic(provider.getModifiers())
                ? Optional.of("-D" + PROPERTY + "=" + provider.getName())
                : Optional.empty();
    }
}
