package io.musher.it;

import java.nio.file.Path;

/**
 * The packaged jars under test, at the paths the build names in system properties.
 */
final class Jars {

    private Jars() {}

    static Path balancer() {
        return named("balancer");
    }

    static Path core() {
        return named("core");
    }

    static Path slf4j() {
        return named("slf4j");
    }

    /** A backend for logs. */
    static Path simple() {
        return named("simple");
    }

    private static Path named(String name) {
        String property = "musher.jar." + name;
        String path = System.getProperty(property);
        if (path == null) {
            throw new IllegalStateException(property + " is not set: these tests run in `mvn verify`");
        }
        return Path.of(path);
    }
}
