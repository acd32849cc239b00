package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The tests' own tool, tested: what a child printed and how it ended can be relied on. */
class ChildIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldFindEachLineOfBothOutputsOnce() throws Exception {
        Child child = children.command("sh", "-c", "echo port 7; echo port 8 >&2; exec sleep 300");
        int sum = Integer.parseInt(child.awaitLine("port (\\d)").group(1))
                + Integer.parseInt(child.awaitLine("port (\\d)").group(1));
        assertEquals(15, sum);
        assertThrows(AssertionError.class, () -> child.awaitLine("port", Duration.ofMillis(50)));
    }

    @Test
    void shouldRunMainOnTheChosenJava() throws Exception {
        Child child = children.java(Home.class, "a b");
        assertEquals(0, child.exitCode(LIMIT));
        String[] lines = child.stdout().split("\n");
        assertEquals("a b", lines[0]);
        assertTrue(Files.isSameFile(Path.of(Child.java()), Path.of(lines[1], "bin", "java")), child::report);
    }

    @Test
    void shouldSayWhatTheChildSaidWhenALineNeverComes() throws Exception {
        Child child = children.command("sh", "-c", "echo out of luck >&2; exit 3");
        child.exitCode(LIMIT);
        String message = assertThrows(AssertionError.class, () -> child.awaitLine("ready")).getMessage();
        assertTrue(message.contains("'ready'") && message.contains("exit code 3"), message);
        assertTrue(message.contains("err| out of luck"), message);
    }

    @Test
    void shouldSendSignals() throws Exception {
        Child child = children.java(Sleeper.class);
        child.awaitLine("sleeping");
        child.signal("TERM");
        assertEquals(143, child.exitCode(LIMIT));
    }

    @Test
    void shouldKeepTheEndOfAFlood() throws Exception {
        Child child = children.java(Flood.class);
        assertEquals(0, child.exitCode(LIMIT));
        assertTrue(child.stdout().endsWith("the end"), child::report);
        assertTrue(child.stdout().length() <= 64 * 1024, () -> child.stdout().length() + " characters kept");
    }

    @Test
    void shouldEndTheWholeTree() throws Exception {
        Child child = children.command("sh", "-c", "sleep 300 & echo $!; env -i sleep 300 & echo $!; wait");
        long marked = Long.parseLong(child.awaitLine("\\d+").group());
        long unmarked = Long.parseLong(child.awaitLine("\\d+").group());
        child.close();
        assertTrue(ended(marked) && ended(unmarked) && !child.isAlive(), child::report);
    }

    /** A process without a reaper stays listed, but has no command any more. */
    private static boolean ended(long pid) {
        return ProcessHandle.of(pid).flatMap(process -> process.info().command()).isEmpty();
    }

    /** Prints its arguments and its Java. */
    static final class Home {
        public static void main(String[] arguments) {
            System.out.println(String.join("\n", arguments));
            System.out.println(System.getProperty("java.home"));
        }
    }

    /** Waits for a signal. */
    static final class Sleeper {
        public static void main(String[] arguments) throws InterruptedException {
            System.out.println("sleeping");
            Thread.sleep(300_000);
        }
    }

    /** Prints one line of a million characters, many short ones, and a last one. */
    static final class Flood {
        public static void main(String[] arguments) {
            System.out.println("x".repeat(1_000_000));
            System.out.print("line\n".repeat(100_000));
            System.out.println("the end");
        }
    }
}
