package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tracks drains in progress ({@link Balancer#drain}): completes their futures when withdrawn targets have no connection
 * left, cuts connections at the deadline. Owned by {@link TargetRegistry}'s loop.
 */
final class DrainTracker {

    private final class Drain {
        private final String id;
        private final Set<Backend> left;
        private final AtomicInteger cut = new AtomicInteger();
        private final CompletableFuture<Integer> done;
        private @Nullable Timers.Timer timer;

        private Drain(String id, Set<Backend> left, CompletableFuture<Integer> done) {
            this.id = id;
            this.left = left;
            this.done = done;
        }

        private void deadline() {
            Set<Backend> late = Set.copyOf(left);
            loops.runOnAll(context -> context.commands.cut(late, cut));
        }
    }

    private final LoopGroup loops;
    private final EventLoop loop;
    private final List<Drain> drains = new ArrayList<>();

    DrainTracker(LoopGroup loops) {
        this.loops = loops;
        this.loop = loops.first().loop;
    }

    /**
     * Starts a drain; completes {@code done} with the number of cut connections when the withdrawn targets of this id
     * have none left.
     */
    void start(String id, List<Backend> withdrawn, long deadlineNanos, CompletableFuture<Integer> done) {
        Set<Backend> left = new HashSet<>();
        for (Backend backend : withdrawn) {
            if (backend.target().id().equals(id)) {
                left.add(backend);
            }
        }
        Drain drain = new Drain(id, left, done);
        if (left.isEmpty()) {
            finish(drain);
            return;
        }
        drains.add(drain);
        drain.timer = loop.schedule(deadlineNanos, drain::deadline);
    }

    void drained(Backend backend) {
        for (Drain drain : List.copyOf(drains)) {
            if (drain.left.remove(backend) && drain.left.isEmpty()) {
                finish(drain);
            }
        }
    }

    void listedAgain(Backend backend) {
        for (Drain drain : List.copyOf(drains)) {
            if (drain.left.contains(backend)) {
                fail(drain, "target " + drain.id + " was listed again while it drained");
            }
        }
    }

    /** Fails all drains when the balancer is closed, because the ended loop cannot complete them. */
    void closed() {
        for (Drain drain : List.copyOf(drains)) {
            drains.remove(drain);
            drain.done.completeExceptionally(
                    new IllegalStateException("the balancer was closed while target " + drain.id + " drained"));
        }
    }

    private void finish(Drain drain) {
        drains.remove(drain);
        loop.cancel(drain.timer);
        drain.done.complete(drain.cut.get());
    }

    private void fail(Drain drain, String why) {
        drains.remove(drain);
        loop.cancel(drain.timer);
        drain.done.completeExceptionally(new IllegalStateException(why));
    }
}
