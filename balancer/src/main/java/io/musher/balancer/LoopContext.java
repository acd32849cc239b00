package io.musher.balancer;

import io.musher.balancer.internal.http.HttpHead;
import io.musher.balancer.internal.proxy.TrustedProxies;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.LogThrottle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Per-event-loop state of a balancer: connections, waiting clients, buffers, counters. Used on the loop's thread only;
 * other threads post tasks, see {@link LoopGroup}.
 */
final class LoopContext {

    private static final Log LOG = Log.of(Balancer.class);
    /** The reason given for clients rejected during a shutdown. */
    static final String STOPS = "the balancer stops";

    private static final long REGISTER_DELAY = 20_000_000;
    private static final long SILENT_GRACE = 1_000_000_000;
    private static final int DEPARTING_AT_ONCE = 64;
    private static final long DEPARTING_PAUSE = 1_000_000;

    final int number;
    final String name;
    final EventLoop loop;
    final Limits limits;
    final Counters total = new Counters();
    final long maxBufferedBytes;
    final BufferPool buffers;
    final StalledConnections stalled;
    final HttpHead head = new HttpHead();
    final ReadyTargets ready;
    final ProxyProtocol proxyOut;
    final boolean movesKeepAlive;
    final Pump pump;
    final ConnectionMigrator migrator;
    final ClientQueue queue;
    final Dialer dialer;
    private final BalancerListener listener;
    private final long firstByteNanos;
    private final TimeoutSweeper sweep;
    private final TrustedProxies trusted;
    private final Acceptor acceptor;
    private final LogThrottle resourcesExhausted = new LogThrottle();
    private final LogThrottle unexpected = new LogThrottle();
    private final LogThrottle badHeader = new LogThrottle();
    private final boolean limited;
    private final ArrayDeque<Relay> pendingRegistrations = new ArrayDeque<>();
    private final ArrayDeque<Relay> pendingReads = new ArrayDeque<>();
    private Iterator<Relay> departing = Collections.emptyIterator();
    private boolean departAgain;
    private Runnable whenEmpty;

    LoopContext(int number, BalancerConfig config, BalancerListener listener, ServerSocketChannel listening,
            EventLoop loop, Limits limits, ReadyTargets ready) {
        this.number = number;
        this.name = config.name();
        this.listener = listener;
        this.firstByteNanos = config.connectOnFirstByte().toNanos();
        this.loop = loop;
        this.limits = limits;
        this.ready = ready;
        this.maxBufferedBytes = config.maxBufferedBytes();
        this.buffers = new BufferPool(config.bufferSize(), maxBufferedBytes / config.loops(), loop::now);
        this.stalled = new StalledConnections(this, listener);
        this.proxyOut = config.proxyProtocol().orElse(null);
        this.movesKeepAlive = config.moveKeepAlive();
        this.trusted = config.trustedProxies().isEmpty() ? null : TrustedProxies.parse(config.trustedProxies());
        this.limited = config.maxConnections() > 0 || config.maxConnectionsPerTarget() > 0;
        this.pump = new Pump(this);
        this.migrator = new ConnectionMigrator(this, movesKeepAlive);
        this.queue = new ClientQueue(this, limits, config);
        this.dialer = new Dialer(this, config);
        this.sweep = new TimeoutSweeper(this, config);
        this.acceptor = new Acceptor(this, listening, listener);
    }

    void startAccepting() {
        acceptor.start();
    }

    // ---- accept and close

    void accepted(SocketChannel channel) throws IOException {
        limits.clientOpened();
        total.accepted.add(1);
        Relay relay = new Relay(this, channel);
        try {
            channel.configureBlocking(false);
            sweep.begin();
            if (trusted != null && trusted.contains(relay.source().getAddress())) {
                relay.expectHeader(new ProxyHeaderReader(relay));
            } else {
                admit(relay, null);
            }
        } catch (Throwable e) {
            relay.failed(relay.client, e);
        }
    }

    /**
     * Routes a client whose address is known: rejects it if its address has too many connections, else routes it at
     * once or, with {@code connectOnFirstByte}, when it has sent something.
     */
    void admit(Relay relay, ByteBuffer first) throws IOException {
        if (!limits.admit(relay)) {
            buffers.release(first);
            reject(relay, "too many connections from this address (maxConnectionsPerClient)");
        } else if (first == null && firstByteNanos > 0) {
            relay.awaitFirstByte(firstByteNanos);
        } else {
            relay.route(first);
        }
    }

    void ended(Relay relay) {
        limits.dismiss(relay);
        total.ended.add(1);
        if (limits.clientClosed() == 0 && whenEmpty != null) {
            whenEmpty.run();
        }
    }

    /**
     * Registers, after a delay, a client that has sent its last request, so that its close is noticed. By then most
     * such clients have their answer and are closed without ever having been registered, which saves two system calls
     * of about 25.
     */
    void registerLater(Relay relay) {
        if (pendingRegistrations.isEmpty()) {
            loop.schedule(REGISTER_DELAY, this::registerFresh);
        }
        pendingRegistrations.add(relay);
    }

    /**
     * Reads from a target that has its client's only request at the end of this turn, and registers the target only if
     * its answer has not arrived. Under load it has, which saves another two system calls.
     */
    void readSoon(Relay relay) {
        if (pendingReads.isEmpty()) {
            loop.execute(this::readAnswers);
        }
        pendingReads.add(relay);
    }

    private void readAnswers() {
        for (Relay relay; (relay = pendingReads.poll()) != null;) {
            relay.readAnswer();
        }
    }

    private void registerFresh() {
        for (Relay relay; (relay = pendingRegistrations.poll()) != null;) {
            relay.register();
        }
    }

    /**
     * Releases a picked target to which no connection was made. Does not serve waiting clients: two of them whose
     * connects fail would keep each other busy; their own retry timer serves them.
     */
    void releaseTarget(Backend backend) {
        limits.releaseConnection();
        backend.release();
    }

    /** Releases a target after its connection has ended, and serves waiting clients if a limit had held them. */
    void released(Backend backend) {
        releaseTarget(backend);
        if (limited && limits.waiting() > 0) {
            limits.serveWaiting();
        }
    }

    /** Closes a client without service and reports it to the listener. */
    void reject(Relay relay, String why) {
        InetSocketAddress from = null;
        try {
            from = relay.source();
        } catch (IOException e) {
            LOG.trace("{}: the client left", name);
        }
        total.rejected.add(1);
        relay.close();
        listener.rejected(from, why);
    }

    void badHeader(Relay relay, String why) throws IOException {
        if (badHeader.isDue(loop.now())) {
            LOG.warn("{}: closed a connection from the trusted proxy {}: {} (said once in 10 s)", name, relay.source(),
                    why);
        }
        reject(relay, why);
    }

    // ---- commands from other loops and from Balancer

    /**
     * Serves waiting clients after the targets have changed; then moves idle clients away from withdrawn targets, a few
     * at a time: each costs a closed connection, and thousands of them would hold up all others.
     */
    void targetsChanged(boolean withdrawn) {
        queue.serve();
        if (withdrawn && departing.hasNext()) {
            departAgain = true; // those already looked at may have to leave by now
        } else if (withdrawn) {
            departing = relays().iterator();
            departSome();
        }
    }

    private void departSome() {
        for (int i = 0; i < DEPARTING_AT_ONCE && departing.hasNext(); i++) {
            leaveIfIdle(departing.next());
        }
        if (!departing.hasNext()) {
            departing = departAgain ? relays().iterator() : Collections.emptyIterator();
            departAgain = false;
        }
        if (departing.hasNext()) {
            loop.schedule(DEPARTING_PAUSE, this::departSome);
        }
    }

    /** Cuts the connections of these targets; each is counted before it ends. */
    void cut(Set<Backend> backends, AtomicInteger count) {
        for (Relay relay : relays()) {
            if (relay.isOpen() && backends.contains(relay.backend)) {
                count.incrementAndGet();
                relay.cut();
            }
        }
    }

    /**
     * Begins the shutdown of this loop: stops accepting, rejects waiting clients, closes parked and idle ones.
     * {@code last} runs on the loop whose client is the last one of all loops to close.
     */
    void beginShutdown(Runnable last) {
        if (whenEmpty == null) {
            loop.schedule(SILENT_GRACE, this::endSilent);
        }
        whenEmpty = last;
        acceptor.stop(true);
        for (Relay relay : queue.relays()) {
            reject(relay, STOPS);
        }
        for (Relay relay : relays()) {
            if (relay.state() == Relay.State.PARKED) {
                relay.close();
            } else {
                leaveIfIdle(relay);
            }
        }
    }

    /**
     * During a shutdown, closes connections on which no byte has moved for the grace period; repeats, as a slow connect
     * may add more.
     */
    private void endSilent() {
        for (Relay relay : relays()) {
            if (relay.isSilent() && loop.now() - relay.lastActivity >= SILENT_GRACE) {
                relay.close();
            }
        }
        loop.schedule(SILENT_GRACE, this::endSilent);
    }

    private static void leaveIfIdle(Relay relay) {
        try {
            relay.leaveIfIdle();
        } catch (IOException e) {
            relay.failed(relay.client, e);
        }
    }

    /** {@return whether a new client would be connected to a target at once} */
    boolean hasRoom() {
        return queue.isEmpty() && !ready.list().isEmpty();
    }

    boolean isLeaving() {
        return whenEmpty != null;
    }

    void cutAll() {
        relays().forEach(Relay::cut);
    }

    /** Closes everything now. */
    void end() {
        whenEmpty = null;
        acceptor.stop(false);
        queue.relays().forEach(Relay::end);
        relays().forEach(Relay::end);
    }

    /** {@return all relays except those in the {@link ClientQueue}} */
    private Set<Relay> relays() {
        // may have no registered channel yet; all others have one
        Set<Relay> relays = new LinkedHashSet<>(pendingReads);
        for (EventLoop.Handler handler : loop.handlers()) {
            if (handler instanceof Endpoint end && !end.relay.isIn(queue)) {
                relays.add(end.relay);
            } else if (handler instanceof Dialer.Attempt attempt) {
                relays.add(attempt.relay());
            }
        }
        return relays;
    }

    // ---- failures

    /** Logs that descriptors or local ports ran out. That is not a failure of the target: clients wait. */
    void resourcesExhausted(Throwable trouble) {
        if (resourcesExhausted.isDue(loop.now())) {
            LOG.warn(
                    "{}: cannot connect to targets for want of local resources ({}); others are tried, or clients wait (said once in 10 s)",
                    name, trouble.getMessage());
        }
    }

    void unexpected(Throwable failure) {
        if (unexpected.isDue(loop.now())) {
            LOG.error("{}: a connection failed for an unexpected reason and was closed (said once in 10 s)", name,
                    failure);
        }
    }
}
