package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    private record Loaded(String name, boolean parsed) {}

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

    private void assertFew(List<Loaded> loaded) throws Exception {
        Set<String> always = loadedByAnEmptyMain().stream().map(Loaded::name).collect(Collectors.toSet());
        List<Loaded> beyond = loaded.stream().filter(each -> !always.contains(each.name)).toList();
        List<Loaded> parsed = beyond.stream().filter(Loaded::parsed).toList();
        assertTrue(beyond.size() <= CEILING && parsed.size() <= PARSED_CEILING,
                () -> beyond.size() + " classes before the hello and " + parsed.size() + " of them parsed, at most "
                        + CEILING + " and " + PARSED_CEILING + " should be; load what the hello does not need after it:"
                        + text(beyond));
    }

    private static String text(List<Loaded> loaded) {
        return loaded.stream().map(Loaded::toString).collect(Collectors.joining("\n", "\n", ""));
    }

    /** {@return the classes, in order} */
    private List<Loaded> loadedBeforeHello(Class<?> main, String... arguments) throws Exception {
        Path log = folder.resolve("worker.log");
        TestWorkerProcess worker = fixture.start(main,
                builder -> builder.command().add(1, "-Xlog:class+load:file=" + log), arguments);
        worker.listener.expectHello();
        Awaitility.await("what follows the hello").until(() -> indexOf(read(log), AFTER_HELLO) >= 0);
        worker.close();
        List<Loaded> all = read(log);
        List<Loaded> before = all.subList(0, indexOf(all, AFTER_HELLO));
        assertTrue(indexOf(before, Greeting.class.getName()) >= 0, () -> text(before));
        assertEquals(-1, indexOf(before, EventLoop.class.getName()), () -> text(before));
        return before;
    }

    private static int indexOf(List<Loaded> loaded, String name) {
        return loaded.stream().map(Loaded::name).toList().indexOf(name);
    }

    private List<Loaded> loadedByAnEmptyMain() throws Exception {
        Path log = folder.resolve("empty.log");
        List<String> command = WorkerFixture.java(List.of("-Xlog:class+load:file=" + log), Empty.class);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
        return read(log);
    }

    /** Reads lines such as {@code [0.052s][info][class,load] java.io.File source: shared objects file}. */
    private static List<Loaded> read(Path log) throws IOException {
        Pattern line = Pattern.compile("(?:\\[[^]]*])+ (\\S+) source: (.*)");
        try (Stream<String> lines = Files.lines(log)) {
            return lines.map(line::matcher).filter(Matcher::matches)
                    .map(found -> new Loaded(found.group(1), !found.group(2).contains("shared objects file")))
                    .collect(Collectors.toList());
        }
    }
}
