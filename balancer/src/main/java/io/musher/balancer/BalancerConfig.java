package io.musher.balancer;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Validated, immutable configuration of a {@link Balancer}; created by {@link BalancerBuilder#build()}, whose methods
 * document the options and their defaults, and which values mean off.
 */
public final class BalancerConfig {

    private static final long MAX_BUFFERED = 256L << 20;

    private final BalancerBuilder options; // a copy that is never changed
    private final InetSocketAddress address;
    private final Strategy strategy;
    private final long maxBufferedBytes;

    BalancerConfig(BalancerBuilder from, InetSocketAddress address) {
        this.options = new BalancerBuilder(from);
        this.address = address;
        this.strategy = from.strategy != null ? from.strategy : Strategy.roundRobin();
        this.maxBufferedBytes = from.maxBufferedBytes != null ? from.maxBufferedBytes
                : Math.max((long) from.bufferSize * from.loops, Math.min(MAX_BUFFERED, DirectMemory.max() / 2));
    }

    /**
     * {@return a new builder with the options of this configuration, to change some of them; options that were left at
     * their defaults keep these}
     */
    public BalancerBuilder toBuilder() {
        return new BalancerBuilder(options);
    }

    /** {@return the prefix of thread names and log lines} */
    public String name() {
        return options.name;
    }

    /** {@return the host to listen on, empty for all interfaces} */
    public Optional<String> host() {
        return Optional.ofNullable(options.host);
    }

    /** {@return the configured port, 0 for any free one; with a listening channel the port of that} */
    public int port() {
        return options.listeningChannel == null ? options.port : address.getPort();
    }

    /** {@return the channel to accept from; empty if the balancer binds host and port} */
    public Optional<ServerSocketChannel> listeningChannel() {
        return Optional.ofNullable(options.listeningChannel);
    }

    /** {@return the resolved host with the port, or the address of the listening channel} */
    InetSocketAddress address() {
        return address;
    }

    /** {@return the length of the kernel's queue of connections not yet accepted} */
    public int backlog() {
        return options.backlog;
    }

    /** {@return the number of event loops} */
    public int loops() {
        return options.loops;
    }

    /** {@return the strategy that chooses the target of each connection} */
    public Strategy strategy() {
        return strategy;
    }

    /** {@return the initial targets} */
    public List<Target> targets() {
        return options.targets;
    }

    /** {@return the most connections relayed at once, 0 for no limit} */
    public int maxConnections() {
        return options.maxConnections;
    }

    /** {@return the most connections to one target at once, 0 for no limit} */
    public int maxConnectionsPerTarget() {
        return options.maxConnectionsPerTarget;
    }

    /** {@return the most connections of one client address at once, 0 for no limit} */
    public int maxConnectionsPerClient() {
        return options.maxConnectionsPerClient;
    }

    /** {@return the most clients that may wait while no target can take them} */
    public int maxWaiting() {
        return options.maxWaiting;
    }

    /** {@return the longest time a client may go without a target} */
    public Duration waitTimeout() {
        return options.waitTimeout;
    }

    /** {@return the timeout of one connect to a target} */
    public Duration connectTimeout() {
        return options.connectTimeout;
    }

    /** {@return the time without a byte in either direction after which a connection is cut, zero for never} */
    public Duration idleTimeout() {
        return options.idleTimeout;
    }

    /** {@return the time without a byte after which a half-closed connection is cut, zero for never} */
    public Duration halfCloseTimeout() {
        return options.halfCloseTimeout;
    }

    /** {@return the time after the accept within which a client must send its first byte, zero for no limit} */
    public Duration firstByteTimeout() {
        return options.firstByteTimeout;
    }

    /**
     * {@return how long a client may be silent before it is closed, zero if targets are connected without waiting for
     * it}
     */
    public Duration connectOnFirstByte() {
        return options.connectOnFirstByte;
    }

    /** {@return how long the share of a new or restored target ramps up, zero for no slow start} */
    public Duration slowStart() {
        return options.slowStart;
    }

    /** {@return the number of consecutive failures after which a target is ejected, 0 for never} */
    public int ejectAfter() {
        return options.ejectAfter;
    }

    /** {@return whether connections that a target closes without an answer count as failures} */
    public boolean ejectUnanswered() {
        return options.ejectUnanswered;
    }

    /** {@return the settings of the active probe, empty when targets are not probed} */
    public Optional<ProbePolicy> probe() {
        return Optional.ofNullable(options.probe);
    }

    /** {@return whether idle connections are moved away from withdrawn and lost targets} */
    public boolean moveKeepAlive() {
        return options.moveKeepAlive;
    }

    /** {@return the version of the PROXY header sent to targets, empty for none} */
    public Optional<ProxyProtocol> proxyProtocol() {
        return Optional.ofNullable(options.proxyProtocol);
    }

    /** {@return the networks whose connections must begin with a PROXY header} */
    public List<String> trustedProxies() {
        return options.trustedProxies;
    }

    /** {@return the size of the read buffers in bytes} */
    public int bufferSize() {
        return options.bufferSize;
    }

    /** {@return the most direct memory for bytes that slow peers have not read yet, in bytes} */
    public long maxBufferedBytes() {
        return maxBufferedBytes;
    }

    /** {@return the resolver of targets' host names} */
    HostResolver.Lookup lookup() {
        return options.lookup;
    }

    /** {@return the listener for events; does nothing if none was set} */
    public BalancerListener listener() {
        return options.listener;
    }
}
