package io.musher.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts the children of a test and closes them after it. A descendant that outlives its ended parent fails the test,
 * and a failed test says what each child was, how it ended and what it printed last. Use:
 *
 * <pre>{@code @RegisterExtension final Children children = new Children();}</pre>
 */
final class Children implements AfterEachCallback {

    private final List<Child> started = new CopyOnWriteArrayList<>();
    private final Duration grace;

    /** Longer than the stop hooks of a worker that has lost its parent. */
    Children() {
        this(Duration.ofSeconds(10));
    }

    /** Takes how long descendants may take to end after their parent. */
    Children(Duration grace) {
        this.grace = grace;
    }

    /** Runs a class of the test tree, with the class path of the tests. */
    Child java(Class<?> main, String... arguments) throws IOException {
        return command(Child.java(), List.of("-cp", System.getProperty("java.class.path"), main.getName()), arguments);
    }

    /** Runs {@code java -jar}. */
    Child jar(Path jar, String... arguments) throws IOException {
        return command(Child.java(), List.of("-jar", jar.toString()), arguments);
    }

    /** Runs any command. */
    Child command(String program, String... arguments) throws IOException {
        return command(program, List.of(), arguments);
    }

    /** Runs what needs a directory or an environment of its own. */
    Child start(ProcessBuilder builder) throws IOException {
        Child child = new Child(builder, grace);
        started.add(child);
        return child;
    }

    private Child command(String program, List<String> first, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(program);
        command.addAll(first);
        command.addAll(List.of(arguments));
        return start(new ProcessBuilder(command));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        // First, because closing changes what there is to see.
        context.getExecutionException()
                .ifPresent(failure -> started.forEach(child -> failure.addSuppressed(new Kept(child.report()))));
        AssertionError first = null;
        for (Child child : started) {
            try {
                child.close();
            } catch (AssertionError leak) {
                if (first == null) {
                    first = leak;
                } else {
                    first.addSuppressed(leak);
                }
            }
        }
        started.clear();
        if (first != null) {
            throw first;
        }
    }

    /** A child's report, riding on the failure of its test into every report of that. */
    private static final class Kept extends Exception {
        private static final long serialVersionUID = 1;

        private Kept(String report) {
            super(report, null, false, false);
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }
}
