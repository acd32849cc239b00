package io.musher.balancer;

import io.musher.balancer.internal.http.HttpHead;
import io.musher.balancer.internal.proxy.TrustedProxies;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.LogThrottle;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * One event loop of a balancer with everything its connections share; admits or rejects new clients. Used on the loop's
 * thread only; other threads post tasks, see {@link LoopGroup}.
 */
final class LoopContext {

    private static final Log LOG = Log.of(Balancer.class);

    final int number;
    final EventLoop loop;
    final Counters total = new Counters();
    final BufferPool buffers;
    final LoopCommands commands;
    // used by the loop's relays
    final StalledConnections stalled;
    final HttpHead head = new HttpHead();
    final @Nullable ProxyProtocol proxyProtocol;
    final boolean movesKeepAlive;
    final Dialer dialer;
    final ConnectionMigrator migrator;
    final Pump pump;
    final RelayStarter starter;
    final RelayList relays;

    private final String name;
    private final BalancerListener listener;
    private final Limits limits;
    private final long firstByteNanos;
    private final @Nullable TrustedProxies trustedProxies;
    private final TimeoutSweeper sweeper;
    private final LogThrottle unexpected = new LogThrottle();
    private final LogThrottle badHeader = new LogThrottle();

    LoopContext(int number, BalancerConfig config, BalancerListener listener, ServerSocketChannel listening,
            EventLoop loop, Limits limits, ReadyTargets ready) {
        this.number = number;
        this.name = config.name();
        this.listener = listener;
        this.loop = loop;
        this.limits = limits;
        this.firstByteNanos = config.connectOnFirstByte().toNanos();
        this.trustedProxies = config.trustedProxies().isEmpty() ? null : TrustedProxies.parse(config.trustedProxies());
        this.proxyProtocol = config.proxyProtocol().orElse(null);
        this.movesKeepAlive = config.moveKeepAlive();
        this.buffers = new BufferPool(config.bufferSize(), config.maxBufferedBytes() / config.loops(), loop::now);
        this.stalled = new StalledConnections(config, loop, buffers, total, listener);
        this.relays = new RelayList(limits, total);
        this.sweeper = new TimeoutSweeper(loop, relays, config);
        this.dialer = new Dialer(number, loop, relays, buffers, limits, total, new TargetChooser(ready, config),
                config);
        this.migrator = new ConnectionMigrator(loop, relays, dialer, total, movesKeepAlive);
        this.pump = new Pump(loop, buffers, stalled, migrator, total);
        this.starter = new RelayStarter(loop, buffers, pump, proxyProtocol);
        boolean owned = config.listeningChannel().isEmpty();
        this.commands = new LoopCommands(loop, relays, dialer.queue(),
                new Acceptor(name, loop, limits, listening, owned,
                        owned ? null : BlockingGuard.of(listening, number == 0), listener, this::accepted));
    }

    /** Takes over the connection of a new client. */
    void accepted(SocketChannel channel) {
        Relay relay = new Relay(this, channel);
        relays.opened(relay);
        try {
            channel.configureBlocking(false);
            sweeper.begin();
            if (trustedProxies != null && trustedProxies.contains(relay.source().getAddress())) {
                relay.expectHeader(new ProxyHeaderReader(this, relay));
            } else {
                admit(relay, null);
            }
        } catch (Throwable e) {
            relay.failed(e);
        }
    }

    /**
     * Routes a client whose address is known: rejects it if its address has too many connections, else routes it at
     * once or, with {@code connectOnFirstByte}, when it has sent something.
     */
    void admit(Relay relay, @Nullable ByteBuffer first) throws IOException {
        if (!limits.acquireForClient(relay)) {
            buffers.release(first);
            relay.reject("too many connections from this address (maxConnectionsPerClient)");
        } else if (first == null && firstByteNanos > 0) {
            relay.awaitFirstByte(firstByteNanos);
        } else {
            relay.route(first);
        }
    }

    /** Reports a client that was closed without service; its address is null if it had left already. */
    void rejected(@Nullable InetSocketAddress client, String why) {
        listener.rejected(client, why);
    }

    /** Rejects a client whose trusted proxy sent no valid PROXY header. */
    void badHeader(Relay relay, String why) throws IOException {
        if (badHeader.isDue(loop.now())) {
            LOG.warn("{}: closed a connection from the trusted proxy {}: {} (logged at most once in 10 s)", name,
                    relay.source(),
                    why);
        }
        relay.reject(why);
    }

    void unexpected(Throwable failure) {
        if (unexpected.isDue(loop.now())) {
            LOG.error("{}: closed a connection after an unexpected exception (logged at most once in 10 s)", name,
                    failure);
        }
    }
}
