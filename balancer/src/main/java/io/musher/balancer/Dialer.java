package io.musher.balancer;

import io.musher.balancer.loop.Connector;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.LogThrottle;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Connects a relay to a target: picks one, connects, and retries with the next target when the connect fails.
 *
 * <p>The client's bytes stay unread meanwhile, so a retry is invisible to the client. On loopback a connect completes
 * at once, without a registration or a timer. When no target is left, the relay goes to the {@link ClientQueue}.
 */
final class Dialer {

    private static final Log LOG = Log.of(Balancer.class);

    private final EventLoop loop;
    private final int number;
    private final String name;
    private final RelayList relays;
    private final Limits limits;
    private final Counters total;
    private final TargetChooser chooser;
    private final ClientQueue queue;
    private final long connectNanos;
    private final boolean hasLimits;
    private final LogThrottle resourcesExhausted = new LogThrottle();

    /** Creates the dialer of the loop with this number, and its queue. */
    Dialer(int number, EventLoop loop, RelayList relays, BufferPool buffers, Limits limits, Counters total,
            TargetChooser chooser, BalancerConfig config) {
        this.number = number;
        this.loop = loop;
        this.name = config.name();
        this.relays = relays;
        this.limits = limits;
        this.total = total;
        this.chooser = chooser;
        this.queue = new ClientQueue(this, loop, relays, buffers, limits, config);
        this.connectNanos = config.connectTimeout().toNanos();
        this.hasLimits = config.maxConnections() > 0 || config.maxConnectionsPerTarget() > 0;
    }

    /** {@return the clients of this loop that wait for a target} */
    ClientQueue queue() {
        return queue;
    }

    /** {@return whether a new client would be connected to a target at once} */
    boolean hasRoom() {
        return queue.isEmpty() && !chooser.candidates(List.of(), null).isEmpty();
    }

    /** Connects a relay to a target, or queues it. */
    void route(Relay relay) {
        if (!queue.isEmpty() || !attempt(relay, List.of())) {
            queue.add(relay);
        }
    }

    /**
     * Tries the ready targets except those in {@code refused}, each once. The target that closed the relay's previous
     * connection is tried last.
     *
     * @return whether one is connected or being connected; false if none can be had now
     */
    boolean attempt(Relay relay, List<Backend> refused) {
        List<Backend> tried = refused;
        Backend previous = relay.backend == null || relay.backend.isWithdrawn() ? null : relay.backend;
        while (true) {
            List<Candidate> ready = chooser.candidates(tried, previous);
            if (ready.isEmpty() || !limits.acquireConnection()) {
                return false;
            }
            Backend backend = chooser.choose(relay, ready);
            if (!backend.acquire()) {
                limits.releaseConnection();
                tried = append(tried, backend);
                continue;
            }
            InetSocketAddress first = Objects.requireNonNull(backend.address()); // not null: a ready target has one
            Progress progress = connect(relay, backend, first, first, tried);
            if (progress != Progress.FAILED) {
                return progress == Progress.MADE;
            }
            tried = append(tried, backend);
        }
    }

    /**
     * Releases an acquired target to which no connection was made. Does not serve waiting clients: two of them whose
     * connects fail would keep each other busy; their own retry timer serves them.
     */
    private void release(Backend backend) {
        limits.releaseConnection();
        backend.release();
    }

    /** Releases a target after its connection has ended, and serves waiting clients if a limit had held them. */
    void connectionEnded(Backend backend) {
        release(backend);
        if (hasLimits && limits.waiting() > 0) {
            limits.serveWaiting();
        }
    }

    private enum Progress {
        /** A connection is established, or a connect is in progress. */
        MADE,
        FAILED,
        /** No socket could be opened (out of descriptors), so other targets would fail, too. */
        IMPOSSIBLE
    }

    /**
     * Connects to an acquired target, starting with address {@code from}, until all its addresses were tried; releases
     * it on failure.
     */
    private Progress connect(Relay relay, Backend backend, InetSocketAddress first, InetSocketAddress from,
            List<Backend> tried) {
        InetSocketAddress address = from;
        while (true) {
            SocketChannel channel = null;
            Attempt attempt = null;
            try {
                channel = Connector.open(address);
                if (!Connector.connectAtOnce(channel, address)) {
                    attempt = new Attempt(relay, backend, address, first, tried);
                    attempt.start(channel);
                    return Progress.MADE;
                }
            } catch (IOException | RuntimeException | Error e) {
                if (attempt != null) {
                    attempt.cancel();
                } else if (channel != null) {
                    loop.discard(channel, null);
                }
                boolean impossible = channel == null && e instanceof IOException;
                boolean local = impossible || Connector.kind(e) == Connector.Failure.RESOURCES_EXHAUSTED;
                InetSocketAddress next = local ? null : backend.next(address, first);
                if (next != null) {
                    address = next;
                    continue;
                }
                release(backend);
                if (local) {
                    resourcesExhausted(e);
                } else {
                    failed(backend, reason(e), tried);
                }
                return impossible ? Progress.IMPOSSIBLE : Progress.FAILED;
            }
            established(relay, backend, channel, null);
            return Progress.MADE;
        }
    }

    private void established(Relay relay, Backend backend, SocketChannel channel, @Nullable SelectionKey key) {
        Endpoint end = new Endpoint(relay, channel, key);
        try {
            relay.connected(backend, end);
        } catch (Throwable e) {
            relay.failed(e);
        }
    }

    /** Counts a failed connect against the target. */
    private void failed(Backend backend, String why, List<Backend> tried) {
        total.connectFailures.add(1);
        Counters counters = backend.counters(number);
        counters.connectFailures.add(1);
        if (!chooser.candidates(append(tried, backend), null).isEmpty()) {
            total.retries.add(1);
            counters.retries.add(1);
        }
        backend.reportConnectFailure(why);
    }

    /** Logs that descriptors or local ports ran out. That is not a failure of the target: clients wait. */
    private void resourcesExhausted(Throwable cause) {
        if (resourcesExhausted.isDue(loop.now())) {
            LOG.warn(
                    "{}: cannot connect to targets, descriptors, local ports or memory ran out: {}; other targets are"
                            + " tried, then clients wait (logged at most once in 10 s)",
                    name, String.valueOf(cause.getMessage()));
        }
    }

    private static List<Backend> append(List<Backend> tried, Backend one) {
        List<Backend> more = new ArrayList<>(tried);
        more.add(one);
        return more;
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof IOException && message != null ? message : failure.toString();
    }

    /** A connect in progress; ends by its outcome, or with its relay. */
    private final class Attempt extends Connector implements RelayStage {
        private final Relay relay;
        private final Backend backend;
        private final InetSocketAddress address;
        private final InetSocketAddress first;
        private final List<Backend> tried;
        private final long acceptedBefore;
        private boolean hasFullTimeout;

        private Attempt(Relay relay, Backend backend, InetSocketAddress address, InetSocketAddress first,
                List<Backend> tried) {
            super(loop);
            this.relay = relay;
            this.backend = backend;
            this.address = address;
            this.first = first;
            this.tried = tried;
            this.acceptedBefore = backend.accepted();
        }

        private void start(SocketChannel connecting) throws IOException {
            long left = queue.timeLeft(relay);
            hasFullTimeout = connectNanos <= left;
            await(connecting, address, Math.min(connectNanos, left));
            relay.stage(this);
        }

        @Override
        protected void connected(SocketChannel connected, @Nullable SelectionKey key) {
            established(relay, backend, connected, key);
        }

        /**
         * Tries the target's next address, then the next target. A timeout counts as a failure of the target only if it
         * had the full {@code connectTimeout}, and has taken no other connection meanwhile: else its queue is full.
         */
        @Override
        protected void failed(Failure failure, Throwable cause) {
            boolean timedOut = failure == Failure.TIMED_OUT;
            boolean local = failure == Failure.RESOURCES_EXHAUSTED;
            boolean failedTarget = !local
                    && (!timedOut || hasFullTimeout && backend.accepted() == acceptedBefore);
            InetSocketAddress next = failedTarget ? backend.next(address, first) : null;
            if (next != null && (timedOut || queue.timeLeft(relay) > 0)) {
                tryNext(next);
                return;
            }
            release(backend);
            if (local) {
                resourcesExhausted(cause);
            } else if (failedTarget) {
                Dialer.this.failed(backend, reason(cause), tried);
            }
            next();
        }

        /** Reads from a client that was queued before, so that its close is noticed. */
        @Override
        public void readable(Relay waiting) throws IOException {
            queue.readable(waiting);
        }

        /**
         * Gives up the connect to a withdrawn target; not during a shutdown, when there is no other target, and this
         * one serves its clients until it is drained.
         */
        @Override
        public void leaveIfWithdrawn(Relay leaving) {
            if (backend.isWithdrawn() && !relays.isShuttingDown()) {
                abandon(leaving);
                next();
            }
        }

        /** Connects to another address of the target, which stays acquired. */
        private void tryNext(InetSocketAddress next) {
            relay.stage(null);
            if (connect(relay, backend, first, next, tried) != Progress.MADE) {
                next();
            }
        }

        private void next() {
            relay.stage(null);
            if (queue.timeLeft(relay) <= 0 || !attempt(relay, append(tried, backend))) {
                queue.add(relay);
            }
        }

        @Override
        public void abandon(Relay abandoned) {
            cancel();
            release(backend);
        }
    }
}
