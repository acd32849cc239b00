package io.musher.internal.process;

import static org.awaitility.Awaitility.await;

import io.musher.internal.process.output.OutputPump;
import io.musher.internal.process.output.OutputTail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A main of the test tree in a JVM of its own, killed when the test is over. What it prints is kept. */
public final class TestJvm implements AutoCloseable {

    public static final String CLASS_PATH = System.getProperty("surefire.test.class.path",
            System.getProperty("java.class.path"));

    public final Process process;
    private final OutputTail output = new OutputTail();
    private final CompletableFuture<Void> end;

    private TestJvm(Process process) {
        this.process = process;
        OutputPump out = new OutputPump(process.getInputStream(), output, (bytes, offset, length) -> {});
        out.start("jvm-out");
        this.end = out.done();
    }

    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Everything behind {@code java}. */
    static TestJvm start(Path directory, Map<String, String> environment, String... words) {
        List<String> all = new ArrayList<>(List.of(java()));
        all.addAll(Arrays.asList(words));
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true)
                .directory(directory.toAbsolutePath().toFile());
        builder.environment().putAll(environment);
        try {
            return new TestJvm(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static TestJvm main(Class<?> main, String... args) {
        List<String> words = new ArrayList<>(List.of("-cp", CLASS_PATH, main.getName()));
        words.addAll(Arrays.asList(args));
        return start(Path.of(""), Map.of(), words.toArray(String[]::new));
    }

    String output() {
        return output.text();
    }

    /** Waits for the rest of the line that begins so. */
    public String printed(String beginning) {
        await("'" + beginning + "' from a JVM").atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5))
                .until(() -> line(beginning) != null || end.isDone());
        String line = line(beginning);
        if (line == null) {
            throw new AssertionError("'" + beginning + "' was never printed, but: " + output());
        }
        return line;
    }

    public void tell(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes());
        process.getOutputStream().flush();
    }

    /** {@return all it printed, when it has ended} */
    String end() throws Exception {
        end.get(30, TimeUnit.SECONDS);
        process.waitFor(10, TimeUnit.SECONDS);
        return output();
    }

    private String line(String beginning) {
        String text = output.text();
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().filter(line -> line.startsWith(beginning))
                .findFirst()
                .map(line -> line.substring(beginning.length())).orElse(null);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
