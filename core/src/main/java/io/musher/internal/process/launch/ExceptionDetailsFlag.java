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
    /** Beginnings of flags by which a worker may have another value. */
    private static final List<String> OTHER_VALUES = List.of("-D" + PROPERTY, "-D" + OTHER_FILE, "@",
            "-XX:VMOptionsFile", "-XX:Flags");
    private static final int ASKED_BY_ADDRESSES = 25;

    private ExceptionDetailsFlag() {}

    /** {@return the flag for workers of this JVM's installation; empty if they need none or may have another value} */
    static Optional<String> ofThisJvm(List<String> flagsOfWorkers) {
        if (Runtime.version().feature() < ASKED_BY_ADDRESSES || System.getProperty(OTHER_FILE) != null
                || System.getProperty(PROPERTY) != null) { // which workers inherit, or not, like any other
            return Optional.empty();
        }
        for (String flag : flagsOfWorkers) {
            for (String other : OTHER_VALUES) {
                if (flag.startsWith(other)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of("-D" + PROPERTY + "=" + Objects.requireNonNullElse(Security.getProperty(PROPERTY), ""));
    }
}
