package io.musher.internal.process.launch;

import java.security.Security;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Tells a worker what the security property {@code jdk.includeInExceptions} is here: which details, such as addresses,
 * the JDK's exceptions may show. Since JDK 25 the first {@code InetAddress} asks for it, and a JVM that has to look it
 * up reads the whole of {@code java.security}: a tenth of what a worker runs until its hello.
 */
final class ExceptionDetailsFlag {

    private static final String PROPERTY = "jdk.includeInExceptions";
    private static final String OTHER_FILE = "java.security.properties";
    private static final int ASKED_BY_ADDRESSES = 25;

    private ExceptionDetailsFlag() {}

    /** {@return the flag for workers of this JVM's installation; empty if they need none or may have another value} */
    static Optional<String> ofThisJvm(List<String> flagsOfWorkers) {
        if (Runtime.version().feature() < ASKED_BY_ADDRESSES || System.getProperty(OTHER_FILE) != null) {
            return Optional.empty();
        }
        for (String flag : flagsOfWorkers) {
            if (flag.startsWith("-D" + OTHER_FILE) || flag.startsWith("-D" + PROPERTY)) {
                return Optional.empty();
            }
        }
        String own = System.getProperty(PROPERTY);
        String value = own != null ? own : Objects.requireNonNullElse(Security.getProperty(PROPERTY), "");
        return Optional.of("-D" + PROPERTY + "=" + value);
    }
}
