package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The balancer as users run it: a child that listens on a port of its own choice. */
record BalancerProgram(Child child, int port) {

    /** Runs {@code java -jar} on the loopback address, with these options besides. */
    static BalancerProgram start(Children children, String... options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--listen", "127.0.0.1:0"));
        arguments.addAll(List.of(options));
        return of(children.jar(Jars.balancer(), arguments.toArray(String[]::new)));
    }

    /** Waits until it listens. */
    static BalancerProgram of(Child child) throws InterruptedException {
        return new BalancerProgram(child, Integer.parseInt(child.awaitLine("listens on port (\\d+)").group(1)));
    }

    /** Jars in the notation of a class or module path. */
    static String path(Path... jars) {
        return String.join(System.getProperty("path.separator"), List.of(jars).stream().map(Path::toString).toList());
    }

    /** Ends it in good order. */
    void stop() throws IOException, InterruptedException {
        child.signal("TERM");
        assertEquals(0, child.exitCode(Child.PATIENCE), child::report);
    }
}
