package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MainRunnerTest {

    @Test
    void shouldRunAPublicStaticMain() throws Exception {
        assertEquals("static one", run(StaticMain.class));
    }

    @Test
    void shouldRunTheMainMethodsOfNewerJava() throws Exception {
        assumeTrue(Runtime.version().feature() >= 25, "this release of Java starts public static main methods only");
        assertEquals("instance", run(InstanceMain.class));
        assertEquals("inherited one", run(InheritingMain.class));
    }

    private static String run(Class<?> main) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                MainRunner.class.getName(), main.getName(), "one")
                .redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            process.waitFor(20, TimeUnit.SECONDS);
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    static final class StaticMain {
        public static void main(String[] args) {
            System.out.println("static " + args[0]);
        }
    }

    static final class InstanceMain {
        void main() {
            System.out.println("instance");
        }
    }

    static class PackagePrivateMain {
        static void main(String[] args) {
            System.out.println("inherited " + args[0]);
        }
    }

    static final class InheritingMain extends PackagePrivateMain {
        void main() {
            System.out.println("not this one");
        }
    }
}
