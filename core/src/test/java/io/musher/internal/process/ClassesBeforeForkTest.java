package io.musher.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.musher.Cluster;
import io.musher.WorkerContext;
import io.musher.internal.process.os.ProcessTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds down what a primary loads before it forks its first worker, for which all workers wait; see the package
 * comment. Counts classes, because times depend on the machine.
 */
class ClassesBeforeForkTest {

    /** What a primary may load beyond a JVM with an empty main; JDK 17 needs 1140 and JDK 25 1290. */
    private static final int CEILING = 1350;

    /** Of these, what is not in the archive of the JDK and so has to be parsed or generated; they need 710 and 680. */
    private static final int PARSED_CEILING = 750;

    /** The class that is first used after the fork. */
    private static final String AFTER_FORK = ProcessTree.class.getName();

    /** What costs tens of milliseconds at its first use. */
    private static final String[] EXPENSIVE = {"java.lang.reflect.Proxy", "java.security.SecureRandom",
            "java.security.Provider", "java.util.Formatter"};

    /**
     * Makes {@code equals} and {@code hashCode} of records at their first use, with two dozen classes; the workers wait
     * for that, too, because the control thread does it when the first of them is ready.
     */
    private static final String RECORDS = "java.lang.runtime.ObjectMethods";

    @TempDir
    Path folder;

    static final class Empty {
        public static void main(String[] arguments) {}
    }

    static final class StartsACluster {
        public static void main(String[] arguments) throws IOException {
            if (Cluster.isWorker()) {
                HttpServer.create(WorkerContext.current().address(), 0).start();
                return;
            }
            try (Cluster cluster = Cluster.builder().instances(1).commonPort(0).classDataCache(Path.of(arguments[0]))
                    .start()) {
                cluster.stop().join();
            }
        }
    }

    @Test
    void shouldLoadFewClassesBeforeItForksItsFirstWorker() throws Exception {
        LoadedClasses loaded = loadedBy(StartsACluster.class);
        LoadedClasses beyond = loaded.before(AFTER_FORK).beyond(loadedBy(Empty.class));
        assertTrue(beyond.all().size() <= CEILING && beyond.parsed() <= PARSED_CEILING,
                () -> beyond.all().size() + " classes before the first fork and " + beyond.parsed()
                        + " of them parsed, at most " + CEILING + " and " + PARSED_CEILING + " should be:" + beyond);
        for (String name : EXPENSIVE) {
            assertEquals(-1, beyond.indexOf(name), () -> name + " is loaded before the first fork" + beyond);
        }
        assertEquals(-1, loaded.indexOf(RECORDS), () -> "a record is compared or hashed" + loaded);
    }

    private LoadedClasses loadedBy(Class<?> main) throws Exception {
        Path log = folder.resolve(main.getSimpleName() + ".log");
        try (TestJvm jvm = TestJvm.start(folder, Map.of(), LoadedClasses.flag(log), "-cp", TestJvm.CLASS_PATH,
                main.getName(), folder.resolve("cache").toString())) {
            assertTrue(jvm.process.waitFor(60, TimeUnit.SECONDS), jvm::output);
        }
        return LoadedClasses.read(log);
    }
}
