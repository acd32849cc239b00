package io.musher;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import io.musher.internal.health.PortCheck;
import io.musher.internal.process.Loopback;
import io.musher.internal.process.PortOwner;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.ProcessEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the port of one worker, as long as the worker works: when it accepts connections, and is the worker's own, and when it does not any
 * more. Control loop only.
 *
 * <pre>
 *  booting ─accepts, own, main has returned or had its time─▶ accepting ⇄ refusing
 * </pre>
 *
 * <p>While it boots, and while the port refuses, a connect is tried again and again. Afterwards no connect is made where Linux shows that the
 * process still has its listening socket.
 */
final class PortReadinessProbe {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private static final long FIRST_PAUSE = 5_000_000;
    private static final long LAST_PAUSE = 100_000_000;
    /** Between two looks at a port that accepts, or at a worker that is ready by its own word. */
    private static final long WATCH_PAUSE = 1_000_000_000;
    private static final long TIMEOUT = 2_000_000_000;
    /** For a main method that goes on after its port accepts, and may never return. */
    private static final long LONGEST_START = 3_000_000_000L;

    private final EventLoop loop;
    private final ProcessEvents facts;
    private final Incarnation worker;
    private final WorkerProcess process;
    private final boolean anyOwner;
    private final BooleanSupplier mainRuns;
    private final long began;
    private final PortCheck check;
    private final List<Runnable> waiting = new ArrayList<>();
    private Timers.Timer next;
    private Timers.Timer timeout;
    private long pause = FIRST_PAUSE;
    private long diagnosis = WATCH_PAUSE;
    private boolean looking;
    private boolean accepted;
    private long acceptedAt;
    private int port;
    private boolean claimed;
    private String what = "";
    private String elsewhere = "";
    private Optional<PortOwner.Socket> socket = Optional.empty();

    /**
     * @param anyOwner whether it does not matter which process listens
     * @param mainRuns whether the worker has joined and its main method has not returned
     */
    PortReadinessProbe(EventLoop loop, ProcessEvents facts, Incarnation worker, WorkerProcess process, boolean anyOwner, BooleanSupplier mainRuns) {
        this.loop = loop;
        this.facts = facts;
        this.worker = worker;
        this.process = process;
        this.anyOwner = anyOwner;
        this.mainRuns = mainRuns;
        this.began = loop.now();
        this.check = new PortCheck(loop, worker::port, Optional.empty(), false);
    }

    /** The start is to be given up soon: what is seen then is what the failure tells. */
    void diagnoseBefore(Duration startTimeout) {
        if (startTimeout.compareTo(Duration.ofDays(1)) < 0) {
            loop.schedule(startTimeout.toNanos() / 5 * 4, this::diagnose);
        }
    }

    /** The worker says that it listens on a port of its choice, whichever process does. */
    void claimed() {
        claimed = true;
        socket = Optional.empty();
        poll();
    }

    /** Looks, and calls back when it is known whether the port accepts now. */
    void poll(Runnable known) {
        waiting.add(known);
        poll();
    }

    /** Looks now; harmless at any time. */
    void poll() {
        loop.cancel(next);
        if (looking) {
            return;
        }
        OptionalInt now = worker.port();
        if (!worker.isWorking() || !process.isAlive() || now.isEmpty()) {
            settle();
            return;
        }
        if (now.getAsInt() != port) {
            port = now.getAsInt();
            socket = Optional.empty();
        }
        if (socket.isPresent() && socket.get().isOpen()) {
            retry(WATCH_PAUSE);
            return;
        }
        looking = true;
        timeout = loop.schedule(TIMEOUT, () -> {
            check.abandon();
            seen(false, "no answer from " + Loopback.text(port));
        });
        check.begin(miss -> {
            loop.cancel(timeout);
            if (miss.isEmpty()) {
                connected();
            } else if (check.wasRefused()) {
                refused();
            } else {
                seen(false, "no connection to " + Loopback.text(port) + ": " + miss.get());
            }
        });
    }

    private void connected() {
        if (anyOwner || claimed) {
            accepted();
            return;
        }
        process.listensOn(port).whenComplete((owner, failure) -> post(() -> {
            PortOwner.Kind kind = failure == null ? owner.kind() : PortOwner.Kind.UNKNOWN;
            if (kind == PortOwner.Kind.OTHER) {
                foreign();
                return;
            }
            if (kind == PortOwner.Kind.UNKNOWN && TOLD.compareAndSet(false, true)) {
                LOG.info("worker {} (instance {}): cannot see which process listens on {}; it is taken for the worker's, here and from now on",
                        worker.id(), worker.instance(), Loopback.text(port));
            }
            socket = failure == null ? owner.socket() : Optional.empty();
            accepted();
        }));
    }

    private void accepted() {
        long now = loop.now();
        acceptedAt = acceptedAt == 0 ? now : acceptedAt;
        long left = Math.min(acceptedAt - began, LONGEST_START) - (now - acceptedAt);
        if (worker.isBooting() && !accepted && !claimed && mainRuns.getAsBoolean() && left > 0) {
            socket = Optional.empty(); // it has to accept then, too
            worker.observed("its port accepts, and its main method has not returned yet");
            retry(left);
            return;
        }
        accepted = true;
        worker.observed("");
        facts.portAccepts(worker);
        retry(WATCH_PAUSE);
    }

    private void refused() {
        acceptedAt = 0;
        seen(true, "nothing accepts on " + Loopback.text(port));
    }

    /** Something listens that is not the worker: for the worker that is as if nothing did. */
    private void foreign() {
        acceptedAt = 0;
        seen(true, "another process than the worker listens on " + Loopback.text(port));
    }

    private void seen(boolean refuses, String now) {
        what = now;
        if (refuses && (accepted || claimed && !worker.isBooting())) {
            facts.refuses(worker, what);
        } else if (!accepted) {
            worker.observed(what + elsewhere);
            if (loop.now() - began >= diagnosis) {
                diagnosis *= 2;
                diagnose();
            }
        }
        retry(accepted || worker.isBooting() ? pause : WATCH_PAUSE);
        pause = Math.min(LAST_PAUSE, pause * 2);
    }

    /** Finds out where the worker listens instead. */
    private void diagnose() {
        if (!accepted && worker.isBooting() && process.isAlive()) {
            process.listening().thenAccept(where -> post(() -> {
                if (!accepted && acceptedAt == 0 && !where.isEmpty()) {
                    elsewhere = "; " + where + "; listen on WorkerContext.address(), $PORT or $SERVER_PORT";
                    worker.observed(what + elsewhere);
                }
            }));
        }
    }

    private void retry(long delay) {
        looking = false;
        next = loop.schedule(delay, this::poll);
        settle();
    }

    private void settle() {
        List<Runnable> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(Runnable::run);
    }

    private void post(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("the cluster has ended meanwhile");
        }
    }
}
