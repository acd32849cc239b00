package io.musher.balancer;

import io.musher.balancer.loop.Connector;
import io.musher.balancer.loop.Log;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Connects a relay to a target: picks one, connects, and retries with the next target when the connect fails.
 *
 * <p>The client's bytes stay unread meanwhile, so a retry is invisible to the client. On loopback a connect completes
 * at once, without a registration or a timer. When no target is left, the relay goes to the {@link ClientQueue}.
 */
final class Dialer {

    private static final Log LOG = Log.of(Balancer.class);

    private final LoopContext context;
    private final Strategy strategy;
    private final Strategy fallback = Strategy.roundRobin();
    private final long connectNanos;
    private final boolean perTargetLimit;
    private boolean strategyFailureLogged;

    Dialer(LoopContext context, BalancerConfig config) {
        this.context = context;
        this.strategy = config.strategy();
        this.connectNanos = config.connectTimeout().toNanos();
        this.perTargetLimit = config.maxConnectionsPerTarget() > 0;
    }

    /** Connects a relay to a target, or queues it. The target that closed its previous connection is tried last. */
    void route(Relay relay) {
        Backend last = relay.backend;
        boolean elsewhere = last != null && !last.isWithdrawn();
        if (!context.queue.isEmpty() || !(elsewhere && attempt(relay, List.of(last)) || attempt(relay, List.of()))) {
            context.queue.add(relay);
        }
    }

    /**
     * Tries the ready targets.
     *
     * @return whether one is connected or being connected; false if none can be had now
     */
    boolean attempt(Relay relay, List<Backend> refused) {
        List<Backend> tried = refused;
        while (true) {
            List<Candidate> ready = candidates(tried);
            if (ready.isEmpty() || !context.limits.acquireConnection()) {
                return false;
            }
            Backend backend = choose(relay, ready);
            if (!backend.acquire()) {
                context.limits.releaseConnection();
                tried = append(tried, backend);
                continue;
            }
            InetSocketAddress first = backend.address();
            Progress progress = connect(relay, backend, first, first, tried);
            if (progress != Progress.FAILED) {
                return progress == Progress.MADE;
            }
            tried = append(tried, backend);
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
                    context.loop.discard(channel, null);
                }
                boolean impossible = channel == null && e instanceof IOException;
                boolean local = impossible || Connector.kind(e) == Connector.Failure.RESOURCES_EXHAUSTED;
                InetSocketAddress next = local ? null : backend.next(address, first);
                if (next != null) {
                    address = next;
                    continue;
                }
                context.releaseTarget(backend);
                if (local) {
                    context.resourcesExhausted(e);
                } else {
                    failed(backend, reason(e), tried);
                }
                return impossible ? Progress.IMPOSSIBLE : Progress.FAILED;
            }
            established(relay, backend, channel, null);
            return Progress.MADE;
        }
    }

    private void established(Relay relay, Backend backend, SocketChannel channel, SelectionKey key) {
        Endpoint end = new Endpoint(relay, channel, key);
        try {
            relay.connected(backend, end);
        } catch (Throwable e) {
            relay.failed(end, e);
        }
    }

    /** Counts a failed connect against the target. */
    private void failed(Backend backend, String why, List<Backend> tried) {
        context.total.connectFailures.add(1);
        Counters counters = backend.counters(context.number);
        counters.connectFailures.add(1);
        if (!candidates(append(tried, backend)).isEmpty()) {
            context.total.retries.add(1);
            counters.retries.add(1);
        }
        backend.connectFailed(why);
    }

    private List<Candidate> candidates(List<Backend> tried) {
        List<Candidate> ready = context.ready.list();
        if (!perTargetLimit && tried.isEmpty() && !context.ready.hasTrials()) {
            return ready;
        }
        List<Candidate> left = new ArrayList<>(ready.size());
        for (Candidate candidate : ready) {
            Backend backend = (Backend) candidate;
            if (!backend.isFull() && !tried.contains(backend)) {
                left.add(backend);
            }
        }
        return left.size() == ready.size() ? ready : left;
    }

    /**
     * Asks the strategy; falls back to round robin if a user's strategy throws or returns something that was not
     * offered.
     */
    private Backend choose(Relay relay, List<Candidate> ready) {
        if (ready.size() == 1) {
            return (Backend) ready.get(0);
        }
        Object wrong;
        try {
            Candidate chosen = strategy.choose(ready, relay.source().getAddress());
            if (chosen instanceof Backend backend && ready.contains(backend)) {
                return backend;
            }
            wrong = chosen;
        } catch (Throwable e) { // also checked ones, which other JVM languages may throw
            wrong = e;
        }
        if (!strategyFailureLogged) {
            strategyFailureLogged = true;
            Throwable cause = wrong instanceof Throwable t ? t : null;
            LOG.warn("{}: the strategy {} {}; round robin decides in its place (said once)", context.name,
                    strategy.getClass().getName(),
                    cause != null ? "threw" : "answered " + wrong + ", which was not offered", cause);
        }
        return (Backend) fallback.choose(ready, null);
    }

    private static List<Backend> append(List<Backend> tried, Backend one) {
        List<Backend> more = new ArrayList<>(tried);
        more.add(one);
        return more;
    }

    private static String reason(Throwable failure) {
        return failure instanceof IOException ? failure.getMessage() : failure.toString();
    }

    /** A connect in progress; ends by its outcome, or with its relay. */
    final class Attempt extends Connector implements RelayStage {
        private final Relay relay;
        private final Backend backend;
        private final InetSocketAddress address;
        private final InetSocketAddress first;
        private final List<Backend> tried;
        private boolean hasFullTimeout;

        private Attempt(Relay relay, Backend backend, InetSocketAddress address, InetSocketAddress first,
                List<Backend> tried) {
            super(context.loop);
            this.relay = relay;
            this.backend = backend;
            this.address = address;
            this.first = first;
            this.tried = tried;
        }

        Relay relay() {
            return relay;
        }

        private void start(SocketChannel connecting) throws IOException {
            long left = context.queue.timeLeft(relay);
            hasFullTimeout = connectNanos <= left;
            await(connecting, Math.min(connectNanos, left));
            relay.stage(this);
        }

        @Override
        protected void connected(SocketChannel connected, SelectionKey key) {
            established(relay, backend, connected, key);
        }

        /**
         * Tries the target's next address, then the next target. A timeout counts as a failure of the target only if it
         * had the full {@code connectTimeout}.
         */
        @Override
        protected void failed(Failure failure, Throwable cause) {
            boolean timedOut = failure == Failure.TIMED_OUT;
            boolean local = failure == Failure.RESOURCES_EXHAUSTED;
            boolean failedTarget = !local && (!timedOut || hasFullTimeout);
            InetSocketAddress next = failedTarget ? backend.next(address, first) : null;
            if (next != null && (timedOut || context.queue.timeLeft(relay) > 0)) {
                tryNext(next);
                return;
            }
            context.releaseTarget(backend);
            if (local) {
                context.resourcesExhausted(cause);
            } else if (failedTarget) {
                Dialer.this.failed(backend, reason(cause), tried);
            }
            next();
        }

        /** Reads from a client that was queued before, so that its close is noticed. */
        @Override
        public void readable(Relay waiting) throws IOException {
            context.queue.readable(waiting);
        }

        /** Gives up the connect to a withdrawn target. */
        @Override
        public void leaveIfWithdrawn(Relay leaving) {
            if (backend.isWithdrawn()) {
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
            if (context.queue.timeLeft(relay) <= 0 || !attempt(relay, append(tried, backend))) {
                context.queue.add(relay);
            }
        }

        @Override
        public void abandon(Relay abandoned) {
            cancel();
            context.releaseTarget(backend);
        }
    }
}
