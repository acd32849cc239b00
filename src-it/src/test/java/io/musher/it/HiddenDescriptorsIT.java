package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.Cluster;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A primary of an ordinary user, whose worker hides its descriptors, as programs with set-user-id do. */
@EnabledOnOs(OS.LINUX)
class HiddenDescriptorsIT {

    private static final String HIDE = "import ctypes; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n"; // PR_SET_DUMPABLE

    private static final Path PYTHON = Path.of("/usr/bin/python3");

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    @Test
    void shouldTakeAPortWhoseOwnerCannotBeSeenForTheWorkers() throws Exception {
        String setpriv = NonJavaServers.installed("setpriv");
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can become another user");
        assumeTrue(Files.isExecutable(PYTHON), PYTHON + " is missing; another one may be in the home of root");
        Child primary = children.command(setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", Child.java(),
                "-cp", readableClassPath(),
                Primary.class.getName(), PYTHON.toString(), HIDE + NonJavaServers.python()[2]);
        primary.awaitLine("cannot determine which process listens", Duration.ofSeconds(40));
        assertEquals("served by 1", primary.awaitLine("served by .*").group());
        assertEquals(0, primary.exitCode(Duration.ofSeconds(30)));
    }

    /** What this test runs with may be in the home of root. */
    private String readableClassPath() throws Exception {
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path source = Path.of(entry);
            Path copy = folder.resolve(Integer.toString(copies.size()) + (entry.endsWith(".jar") ? ".jar" : ""));
            if (!Files.exists(source)) {
                continue;
            }
            try (Stream<Path> all = Files.walk(source)) {
                for (Path each : (Iterable<Path>) all::iterator) {
                    Files.copy(each, copy.resolve(source.relativize(each).toString()).normalize());
                }
            }
            copies.add(copy.toString());
        }
        new ProcessBuilder("chmod", "-R", "a+rX", folder.toString()).inheritIO().start().waitFor();
        return String.join(File.pathSeparator, copies);
    }

    /** Starts one worker, and asks it who it is. */
    static final class Primary {
        public static void main(String[] args) throws Exception {
            try (Cluster cluster = Cluster.builder().command(args[0], "-c", args[1]).instances(1).commonPort(0)
                    .startTimeout(Duration.ofSeconds(30)).start()) {
                System.out.println("served by " + StrictHttpClient.fetch(cluster.commonPort()));
            }
        }
    }
}
