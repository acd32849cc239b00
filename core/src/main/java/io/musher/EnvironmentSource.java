package io.musher;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the user's supplier of {@code env}, on a thread of its own and once at a time. Requests that come while it is called share the
 * next call, so each gets variables that were asked for after it was made. Control thread only.
 */
final class EnvironmentSource {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final long PATIENCE_SECONDS = 10;

    private final String name;
    private final EventLoop control;
    private final Supplier<Map<String, String>> supplier;
    private final List<BiConsumer<Map<String, String>, Throwable>> waiting = new ArrayList<>();
    private Thread thread;
    private Timers.Timer warning;
    private boolean ended;

    EnvironmentSource(String name, EventLoop control, Supplier<Map<String, String>> supplier) {
        this.name = name;
        this.control = control;
        this.supplier = supplier;
    }

    /**
     * Asks for the variables as they are from now on.
     *
     * @param answer is given them, or what the supplier threw; on the control thread, unless the cluster has stopped before
     */
    void ask(BiConsumer<Map<String, String>, Throwable> answer) {
        waiting.add(answer);
        if (thread == null) {
            callSupplier();
        }
    }

    /** The cluster has stopped: interrupts a supplier that is still called. */
    void end() {
        ended = true;
        waiting.clear();
        control.cancel(warning);
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void callSupplier() {
        List<BiConsumer<Map<String, String>, Throwable>> answers = List.copyOf(waiting);
        waiting.clear();
        thread = new Thread(() -> {
            try {
                Map<String, String> variables = LaunchChecks.environment(supplier.get());
                report(() -> answers.forEach(answer -> answer.accept(variables, null)));
            } catch (Throwable e) {
                report(() -> answers.forEach(answer -> answer.accept(null, e)));
            }
        }, name + "-env");
        thread.setDaemon(true);
        warning = control.schedule(TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS), () -> {
            warning = null;
            LOG.warn("{}: the supplier of env has not returned for {} s, thread {}-env: reload() and deploy() wait for it", name,
                    PATIENCE_SECONDS, name);
        });
        thread.start();
    }

    private void report(Runnable answers) {
        try {
            control.execute(() -> {
                thread = null;
                control.cancel(warning);
                warning = null;
                if (!ended) {
                    answers.run();
                }
                if (!ended && !waiting.isEmpty()) {
                    callSupplier();
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.trace("{}: has ended meanwhile", name);
        }
    }
}
