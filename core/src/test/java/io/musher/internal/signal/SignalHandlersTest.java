package io.musher.internal.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignalHandlersTest {

    /** One that does nothing by itself. */
    private static final String SIGNAL = "WINCH";

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Test
    void shouldCallAllReceiversInWhateverOrderTheyLeave() throws Exception {
        SignalHandlers.Receiver first = SignalHandlers.receive(SIGNAL, signal -> heard.add("first"));
        SignalHandlers.Receiver second = SignalHandlers.receive(SIGNAL, signal -> heard.add("second"));
        raise();
        assertEquals("first", heard.poll(20, TimeUnit.SECONDS));
        assertEquals("second", heard.poll(20, TimeUnit.SECONDS));
        first.close();
        raise();
        assertEquals("second", heard.poll(20, TimeUnit.SECONDS));
        second.close();
        assertThrows(InvocationTargetException.class, SignalHandlersTest::raise, "the JVM's own handler is not back");
    }

    @Test
    void shouldCallTheFormerHandlerWhenTheLastReceiverIsDone() throws Exception {
        SignalHandlers.Receiver former = SignalHandlers.receive(SIGNAL, signal -> heard.add("former"));
        SignalHandlers.Receiver slow = SignalHandlers.receive(SIGNAL, signal -> heard.add("slow"));
        raise();
        assertEquals("former", heard.poll(20, TimeUnit.SECONDS));
        assertEquals("slow", heard.poll(20, TimeUnit.SECONDS));
        Object signal = signal();
        former.pass(signal); // the other one is not done
        raise();
        assertEquals("slow", heard.poll(20, TimeUnit.SECONDS));
        slow.pass(signal); // the default of this signal is to be ignored
        assertThrows(InvocationTargetException.class, SignalHandlersTest::raise, "the JVM's own handler is not back");
    }

    @Test
    void shouldEndByASignalWhenClustersHaveEndedInTheOrderTheyBeganIn() throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process primary = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                classPath,
                TwoClusters.class.getName()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(primary.getInputStream()))) {
            for (String line = lines.readLine(); !"both have ended".equals(line); line = lines.readLine()) {
                assertNotEquals(null, line, "the primary has ended");
            }
            primary.toHandle().destroy();
            assertTrue(primary.waitFor(30, TimeUnit.SECONDS), "SIGTERM has no effect");
            assertEquals(143, primary.exitValue());
        } finally {
            primary.destroyForcibly();
        }
    }

    private static void raise() throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        signal.getMethod("raise", signal).invoke(null, signal());
    }

    private static Object signal() throws ReflectiveOperationException {
        return Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(SIGNAL);
    }
}
