package io.musher.balancer;

import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends a balancer: gracefully, at once, or because an event loop failed. Thread-safe.
 *
 * <pre>
 *  running ─begin─▶ shutting down ─last client gone, or deadline─▶ closing ─all loops have ended─▶ ended
 *     └──────────────────────────close, loopFailed───────────────────▲
 * </pre>
 */
final class BalancerShutdown {

    private static final Log LOG = Log.of(Balancer.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Balancer.class);
    private static final long JOIN_MILLIS = 10_000;

    private final String name;
    private final LoopGroup loops;
    private final Limits limits;
    private final TargetRegistry registry;
    private final BalancerCommands commands;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicBoolean endReported = new AtomicBoolean();
    private volatile @Nullable Throwable failure; // of an event loop
    private boolean closing; // guarded by this

    BalancerShutdown(String name, LoopGroup loops, Limits limits, TargetRegistry registry, BalancerCommands commands) {
        this.name = name;
        this.loops = loops;
        this.limits = limits;
        this.registry = registry;
        this.commands = commands;
    }

    /** {@return completes when the balancer has closed; fails if it closed because an event loop failed} */
    CompletableFuture<Void> ended() {
        return ended.copy();
    }

    /** Begins a graceful shutdown; if one has begun, applies this deadline as well. */
    void begin(long nanos) {
        Runnable closeSoon = () -> runOffLoop(this::close);
        commands.shutdownBegins();
        loops.first().loop.tryExecute(() -> loops.first().loop.schedule(nanos,
                () -> loops.fence(closeSoon, context -> context.commands.cutAll())));
        loops.fence(() -> {
            if (limits.clients() == 0) {
                closeSoon.run();
            }
        }, context -> context.commands.beginShutdown(closeSoon));
    }

    /**
     * Closes the balancer: the channel that all loops listen on was closed with the failed loop. Runs on its thread.
     */
    void loopFailed(Throwable cause) {
        failure = cause;
        OPERATOR.error("{}: closing the balancer because an event loop failed: {}", name, cause.toString());
        runOffLoop(this::close);
    }

    /** Closes all connections; waits for the loops, unless called on one of their threads. Idempotent. */
    void close() {
        synchronized (this) {
            if (!closing) {
                closing = true;
                // before connections end, so that no drain completes as if it had succeeded
                loops.first().loop.tryExecute(registry.drains()::closed);
                loops.runOnAll(context -> context.commands.closeAll());
                loops.contexts().forEach(context -> context.loop.close());
            }
        }
        boolean own = loops.contexts().stream().anyMatch(context -> context.loop.inLoop());
        if (own) {
            runOffLoop(this::awaitEnd);
        } else {
            awaitEnd();
        }
    }

    /** Runs a task that waits for the loops on a new thread: neither a loop's nor one that user code may block. */
    private void runOffLoop(Runnable task) {
        Thread thread = new Thread(task, name + "-lb-close");
        thread.setDaemon(true);
        thread.start();
    }

    private void awaitEnd() {
        for (LoopContext context : loops.contexts()) {
            if (!context.loop.join(JOIN_MILLIS)) {
                LOG.warn("{}: loop {} has not ended within 10 s; a listener or strategy may block it", name,
                        context.number);
            }
        }
        if (endReported.compareAndSet(false, true)) {
            registry.drains().closed();
            registry.resolver().close();
            commands.endThreads();
            LOG.info("{}: closed", name);
            Throwable cause = failure;
            if (cause == null) {
                ended.complete(null);
            } else {
                ended.completeExceptionally(new IllegalStateException(
                        name + ": closed because an event loop failed: " + cause, cause));
            }
        }
    }
}
