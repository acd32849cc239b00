package io.musher;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Gives properties what the platform's settings give tests: a hang prints every thread and fails. jqwik has no timeout
 * of its own; it finds this one as a service.
 */
public final class PropertyTimeout implements AroundPropertyHook {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        Thread runner = Thread.currentThread();
        AtomicBoolean timedOut = new AtomicBoolean();
        Thread watch = new Thread(() -> {
            try {
                Thread.sleep(LIMIT.toMillis());
                timedOut.set(true);
                dumpThreads();
                while (true) {
                    // Again and again: after the first failure shrinking tries the property anew.
                    runner.interrupt();
                    Thread.sleep(100);
                }
            } catch (InterruptedException e) {
                // The property has ended.
            }
        }, "property-timeout");
        watch.setDaemon(true);
        watch.start();
        PropertyExecutionResult result = property.execute();
        watch.interrupt();
        // What came after the end must not hit the next property.
        Thread.interrupted();
        return timedOut.get()
                ? result.mapToFailed(new TimeoutException(context.label() + " timed out after " + LIMIT))
                : result;
    }

    private static void dumpThreads() {
        Thread.getAllStackTraces().forEach((thread, frames) -> {
            System.out.println("\"" + thread.getName() + "\" " + thread.getState());
            for (StackTraceElement frame : frames) {
                System.out.println("\tat " + frame);
            }
        });
    }
}
