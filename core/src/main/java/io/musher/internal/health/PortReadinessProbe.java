package io.musher.internal.health;

import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.loop.Durations;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.process.os.Loopback;
import io.musher.internal.process.os.PortOwnership;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.ProcessEvents;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the port of one worker, as long as the worker is working: detects when the port accepts connections, whether
 * the worker owns the listening socket, and when the port stops accepting. Control loop only.
 *
 * <pre>
 *  booting ─accepts, owned, main has returned or had its time─▶ accepting ⇄ refusing
 * </pre>
 *
 * <p>While the worker is booting, and while the port refuses, the probe connects repeatedly. Afterwards it does not
 * connect as long as Linux shows that the process still has its listening socket.
 */
public final class PortReadinessProbe {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");

    private static final AtomicBoolean UNKNOWN_OWNER_LOGGED = new AtomicBoolean();

    private static final long FIRST_PAUSE = 5_000_000;
    /** A JVM listens on no port before; the first probes are left to the processors that it starts on. */
    private static final long JVM_PAUSE = 40_000_000;
    private static final long LAST_PAUSE = 100_000_000;
    /** Interval of probing a port that accepts, or of a worker that reported itself ready. */
    private static final long WATCH_PAUSE = 1_000_000_000;
    private static final long TIMEOUT = 2_000_000_000;
    /** After this time a worker that does not listen is reported to the operator: most programs are ready sooner. */
    private static final Duration OVERDUE = Duration.ofSeconds(20);
    /** Longest wait for a main method that is still running after its port accepts, and may never return. */
    private static final long MAX_MAIN_WAIT = 3_000_000_000L;

    private final EventLoop loop;
    private final ProcessEvents events;
    private final Incarnation worker;
    private final WorkerProcess process;
    private final boolean acceptsAnyOwner;
    private final boolean sharesPort;
    private final String advice;
    private final BooleanSupplier mainRuns;
    private final long began;
    private final PortCheck check;
    private final List<Runnable> waiting = new ArrayList<>();
    private @Nullable Timers.Timer next;
    private @Nullable Timers.Timer timeout;
    private long pause = FIRST_PAUSE;
    private long nextDiagnosis = WATCH_PAUSE;
    private long nextReport = WATCH_PAUSE;
    private boolean isOverdue;
    private boolean probing;
    private boolean accepted;
    private long acceptedAt;
    private int port;
    private boolean claimed;
    private String lastObservation = "";
    private String otherPorts = "";
    private Optional<PortOwnership.Socket> socket = Optional.empty();

    /**
     * Creates a probe; {@link #begin} starts it.
     *
     * @param acceptsAnyOwner whether any process may listen on the port
     * @param sharesPort whether other workers listen on the same port, so that a connection proves nothing
     * @param advice how else the worker may come to listen there; follows the list of what it is to listen on
     * @param proxyProtocol the header that the worker expects on each connection
     * @param mainRuns whether the worker has joined and its main method has not returned
     */
    public PortReadinessProbe(EventLoop loop, ProcessEvents events, Incarnation worker, WorkerProcess process,
            boolean acceptsAnyOwner, boolean sharesPort, String advice, Optional<ProxyProtocol> proxyProtocol,
            BooleanSupplier mainRuns) {
        this.loop = loop;
        this.events = events;
        this.worker = worker;
        this.process = process;
        this.acceptsAnyOwner = acceptsAnyOwner;
        this.sharesPort = sharesPort;
        this.advice = advice;
        this.mainRuns = mainRuns;
        this.began = loop.now();
        this.check = PortCheck.connecting(loop, worker::port, proxyProtocol);
    }

    /** Begins to probe: a command at once, a JVM after a while, or when it reports something. */
    public void begin(boolean isJvm) {
        if (isJvm && !claimed) {
            pause = 2 * JVM_PAUSE;
            pollAfter(JVM_PAUSE);
        } else {
            poll();
        }
    }

    /** Looks for the worker's listening ports shortly before the start times out, so that the failure can name them. */
    public void diagnoseBefore(Duration startTimeout) {
        if (startTimeout.compareTo(Duration.ofDays(1)) < 0) {
            loop.schedule(startTimeout.toNanos() / 5 * 4, () -> diagnose(() -> {}));
        }
    }

    /** Accepts the port that the worker has reported, whichever process listens on it. */
    public void claimed() {
        claimed = true;
        socket = Optional.empty();
        poll();
    }

    /** Probes the port now, and runs the callback when it is known whether the port accepts. */
    public void poll(Runnable callback) {
        waiting.add(callback);
        poll();
    }

    /**
     * Probes the port of a worker whose main method has returned. It mostly listens by now, which Linux shows without a
     * connection, whose handling takes a program that has just started some milliseconds.
     */
    public void mainReturned() {
        if (start()) {
            if (acceptsAnyOwner || claimed || sharesPort) {
                probe();
            } else {
                process.listensOn(port).whenComplete((owner, failure) -> loop.tryExecute(() -> {
                    if (failure == null && owner.socket().filter(PortReadinessProbe::isReachable).isPresent()) {
                        owned(owner.socket());
                    } else {
                        connect();
                    }
                }));
            }
        }
    }

    /** Probes the port now; has no effect while a probe is running. */
    public void poll() {
        if (start()) {
            probe();
        }
    }

    /** {@return whether the port has to be probed, and no probe is running} */
    private boolean start() {
        loop.cancel(next);
        if (probing) {
            return false;
        }
        OptionalInt current = worker.port();
        if (!worker.isWorking() || !process.isAlive() || current.isEmpty()) {
            runCallbacks();
            return false;
        }
        if (current.getAsInt() != port) {
            port = current.getAsInt();
            socket = Optional.empty();
        }
        if (socket.isPresent() && socket.get().isOpen()) {
            pollAfter(WATCH_PAUSE);
            return false;
        }
        probing = true;
        return true;
    }

    private void probe() {
        if (sharesPort) {
            findOwner();
        } else {
            connect();
        }
    }

    private void connect() {
        timeout = loop.schedule(TIMEOUT, () -> {
            check.abandon();
            notAccepting(false, "no answer from " + Loopback.text(port));
        });
        check.begin(miss -> {
            loop.cancel(timeout);
            if (miss.isEmpty()) {
                connected();
            } else if (check.wasRefused()) {
                refused();
            } else {
                notAccepting(false, "no connection to " + Loopback.text(port) + ": " + miss.get());
            }
        });
    }

    private void connected() {
        if (acceptsAnyOwner || claimed) {
            accepted(Loopback.at(port));
            return;
        }
        findOwner();
    }

    private void findOwner() {
        process.listensOn(port).whenComplete((owner, failure) -> loop.tryExecute(() -> {
            PortOwnership.Kind kind = failure == null ? owner.kind() : PortOwnership.Kind.UNKNOWN;
            if (kind == PortOwnership.Kind.OTHER) {
                ownedByOther();
                return;
            }
            if (kind == PortOwnership.Kind.UNKNOWN && UNKNOWN_OWNER_LOGGED.compareAndSet(false, true)) {
                LOG.info(
                        "{}: cannot determine which process listens on {}; from now on, every process"
                                + " that listens on a worker's port is accepted as the worker",
                        worker.label(), Loopback.text(port));
            }
            owned(failure == null ? owner.socket() : Optional.empty());
        }));
    }

    private static boolean isReachable(PortOwnership.Socket socket) {
        InetAddress address = socket.address().getAddress();
        return address.isAnyLocalAddress() || address.equals(Loopback.ADDRESS);
    }

    private void owned(Optional<PortOwnership.Socket> listening) {
        socket = listening;
        accepted(socket.map(PortOwnership.Socket::address).orElse(Loopback.at(port)));
    }

    private void accepted(InetSocketAddress address) {
        events.portFound(worker, address);
        long now = loop.now();
        acceptedAt = acceptedAt == 0 ? now : acceptedAt;
        long left = Math.min(acceptedAt - began, MAX_MAIN_WAIT) - (now - acceptedAt);
        if (worker.isBooting() && !accepted && !claimed && mainRuns.getAsBoolean() && left > 0) {
            socket = Optional.empty(); // the port must accept at that time, too
            worker.observed("its port accepts, and its main method has not returned yet");
            pollAfter(left);
            return;
        }
        accepted = true;
        worker.observed("");
        events.portAccepts(worker);
        pollAfter(WATCH_PAUSE);
    }

    private void refused() {
        acceptedAt = 0;
        notAccepting(true, "nothing accepts on " + Loopback.text(port));
    }

    /** Handles a port that another process listens on: for the worker this is the same as a refused connection. */
    private void ownedByOther() {
        acceptedAt = 0;
        notAccepting(true, sharesPort ? "it does not listen on the common port"
                : accepted ? "it has closed " + Loopback.text(port) + ", or another process has bound it"
                        : "another process than the worker listens on " + Loopback.text(port));
    }

    private void notAccepting(boolean refuses, String observation) {
        lastObservation = observation;
        if (refuses && (accepted || claimed && !worker.isBooting())) {
            events.portRefuses(worker, lastObservation);
        } else if (!accepted) {
            worker.observed(lastObservation + otherPorts);
            if (refuses && loop.now() - began >= nextReport) {
                nextReport += WATCH_PAUSE;
                events.portMissing(worker);
            }
            boolean becomesOverdue = !isOverdue && worker.isBooting() && loop.now() - began >= OVERDUE.toNanos();
            if (becomesOverdue) {
                isOverdue = true;
                diagnose(() -> events.portOverdue(worker, "does not listen on its port " + port + " after "
                        + Durations.text(OVERDUE) + ": " + lastObservation + otherPorts));
            } else if (loop.now() - began >= nextDiagnosis) {
                nextDiagnosis *= 2;
                diagnose(() -> {});
            }
        }
        pollAfter(accepted || worker.isBooting() ? pause : WATCH_PAUSE);
        pause = Math.min(LAST_PAUSE, pause * 2);
    }

    /**
     * Finds out where the worker listens instead, for messages.
     *
     * @param report called afterwards if the worker still does not listen on its port
     */
    private void diagnose(Runnable report) {
        if (!accepted && worker.isBooting() && process.isAlive()) {
            process.listening().thenAccept(where -> loop.tryExecute(() -> {
                if (accepted || acceptedAt != 0) {
                    return;
                }
                if (!where.isEmpty()) {
                    otherPorts = "; " + where + "; it is to listen on WorkerContext.address(), $PORT or $SERVER_PORT"
                            + advice;
                    worker.observed(lastObservation + otherPorts);
                }
                report.run();
            }));
        }
    }

    private void pollAfter(long delay) {
        probing = false;
        next = loop.schedule(delay, this::poll);
        runCallbacks();
    }

    private void runCallbacks() {
        List<Runnable> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(Runnable::run);
    }
}
