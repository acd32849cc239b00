package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Signals;
import io.musher.internal.process.LoadedClasses;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds down what a worker loads before its hello, which is what its start costs; see the package comment. Counts
 * classes, because times depend on the machine.
 */
class ClassesBeforeHelloTest {

    /** What a worker may load beyond a JVM with an empty main; JDK 17 needs 420 and JDK 25 580, from jars. */
    private static final int CEILING = 620;

    /** Of these, what is not in the archive of the JDK and so has to be parsed; JDK 17 needs 95 and JDK 25 80. */
    private static final int PARSED_CEILING = 110;

    /** The class that the join uses first after the hello. */
    private static final String AFTER_HELLO = Signals.class.getName();

    @RegisterExtension
    final WorkerFixture fixture = new WorkerFixture();

    @TempDir
    Path folder;

    static final class Empty {
        public static void main(String[] arguments) {}
    }

    static final class AsksWhetherItIsAWorker {
        public static void main(String[] arguments) {
            Cluster.isWorker();
        }
    }

    @Test
    void shouldLoadFewClassesBeforeTheHelloOfAProgramThatAsks() throws Exception {
        assertFew(loadedBeforeHello(AsksWhetherItIsAWorker.class));
    }

    @Test
    void shouldLoadFewClassesBeforeTheHelloOfAProgramThatDoesNotAsk() throws Exception {
        assertFew(loadedBeforeHello(WorkerMain.class, Empty.class.getName()));
    }

    private void assertFew(LoadedClasses loaded) throws Exception {
        LoadedClasses beyond = loaded.beyond(loadedByAnEmptyMain());
        assertTrue(beyond.all().size() <= CEILING && beyond.parsed() <= PARSED_CEILING,
                () -> beyond.all().size() + " classes before the hello and " + beyond.parsed()
                        + " of them parsed, at most " + CEILING + " and " + PARSED_CEILING
                        + " should be; load what the hello does not need after it:" + beyond);
    }

    /** {@return the classes, in order} */
    private LoadedClasses loadedBeforeHello(Class<?> main, String... arguments) throws Exception {
        Path log = folder.resolve("worker.log");
        TestWorkerProcess worker = fixture.start(main,
                builder -> builder.command().add(1, LoadedClasses.flag(log)), arguments);
        worker.listener.expectHello();
        Awaitility.await("what follows the hello").until(() -> LoadedClasses.read(log).indexOf(AFTER_HELLO) >= 0);
        worker.close();
        LoadedClasses before = LoadedClasses.read(log).before(AFTER_HELLO);
        assertTrue(before.indexOf(Greeting.class.getName()) >= 0, before::toString);
        assertEquals(-1, before.indexOf(EventLoop.class.getName()), before::toString);
        return before;
    }

    private LoadedClasses loadedByAnEmptyMain() throws Exception {
        Path log = folder.resolve("empty.log");
        List<String> command = WorkerFixture.java(List.of(LoadedClasses.flag(log)), Empty.class);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
        return LoadedClasses.read(log);
    }
}
