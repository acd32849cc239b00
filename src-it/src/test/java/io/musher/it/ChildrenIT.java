package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Failed tests with children, run inside these tests to see how they fail. */
class ChildrenIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void shouldKeepTheLastWordsOfAFailedTestsChildren() {
        Throwable failure = failureOf(Failing.class);
        assertEquals("on purpose", failure.getMessage());
        String kept = failure.getSuppressed()[0].getMessage();
        assertTrue(kept.contains("exit code 7") && kept.contains("out| last words"), kept);
        assertTrue(kept.contains(": sh -c echo last words"), kept);
    }

    @Test
    void shouldFailATestThatLeavesAnOrphan() {
        String message = failureOf(Leaking.class).getMessage();
        assertTrue(message.matches("(?s)\\d+ \\(.*sleep 300\\) outlived child .*"), message);
    }

    @Test
    void shouldCloseWhatATestLeavesRunning() {
        SummaryGeneratingListener result = run(Forgetting.class);
        assertEquals(1, result.getSummary().getTestsSucceededCount(),
                () -> result.getSummary().getFailures().toString());
        assertTrue(ProcessHandle.of(Forgetting.pid).flatMap(process -> process.info().command()).isEmpty());
    }

    private static Throwable failureOf(Class<?> test) {
        return run(test).getSummary().getFailures().get(0).getException();
    }

    private static SummaryGeneratingListener run(Class<?> test) {
        SummaryGeneratingListener result = new SummaryGeneratingListener();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(test)).build();
        LauncherFactory.create().execute(request, result);
        return result;
    }

    static final class Failing {
        @RegisterExtension
        final Children children = new Children();

        @Test
        void fails() throws Exception {
            children.command("sh", "-c", "echo last words; exit 7").exitCode(LIMIT);
            fail("on purpose");
        }
    }

    static final class Leaking {
        @RegisterExtension
        final Children children = new Children(Duration.ofMillis(200));

        @Test
        void leaks() throws Exception {
            children.command("sh", "-c", "sleep 300 &").exitCode(LIMIT);
        }
    }

    static final class Forgetting {
        private static long pid;

        @RegisterExtension
        final Children children = new Children();

        @Test
        void forgets() throws Exception {
            pid = children.command("sleep", "300").pid();
        }
    }
}
