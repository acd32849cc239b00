package io.musher.balancer;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Validated, immutable configuration of a {@link Balancer}; created by {@link BalancerBuilder#build()}, whose methods
 * document the options and their defaults.
 */
public final class BalancerConfig {

    private static final long MAX_BUFFERED = 256L << 20;

    private final String name;
    private final String host;
    private final int port;
    private final InetSocketAddress address;
    private final int backlog;
    private final int loops;
    private final Strategy strategy;
    private final List<Target> targets;
    private final int maxConnections;
    private final int maxConnectionsPerTarget;
    private final int maxConnectionsPerClient;
    private final int maxWaiting;
    private final Duration waitTimeout;
    private final Duration connectTimeout;
    private final Duration idleTimeout;
    private final Duration halfCloseTimeout;
    private final Duration firstByteTimeout;
    private final Duration connectOnFirstByte;
    private final Duration slowStart;
    private final int ejectAfter;
    private final boolean ejectUnanswered;
    private final ProbePolicy probe;
    private final boolean moveKeepAlive;
    private final ProxyProtocol proxyProtocol;
    private final List<String> trustedProxies;
    private final int bufferSize;
    private final long maxBufferedBytes;
    private final BalancerListener listener;
    private final HostResolver.Lookup lookup;

    BalancerConfig(BalancerBuilder from, InetSocketAddress address) {
        this.name = from.name;
        this.host = from.host;
        this.port = from.port;
        this.address = address;
        this.backlog = from.backlog;
        this.loops = from.loops;
        this.strategy = from.strategy != null ? from.strategy : Strategy.roundRobin();
        this.targets = from.targets;
        this.maxConnections = from.maxConnections;
        this.maxConnectionsPerTarget = from.maxConnectionsPerTarget;
        this.maxConnectionsPerClient = from.maxConnectionsPerClient;
        this.maxWaiting = from.maxWaiting;
        this.waitTimeout = from.waitTimeout;
        this.connectTimeout = from.connectTimeout;
        this.idleTimeout = from.idleTimeout;
        this.halfCloseTimeout = from.halfCloseTimeout;
        this.firstByteTimeout = from.firstByteTimeout;
        this.connectOnFirstByte = from.connectOnFirstByte;
        this.slowStart = from.slowStart;
        this.ejectAfter = from.ejectAfter;
        this.ejectUnanswered = from.ejectUnanswered;
        this.probe = from.probe;
        this.moveKeepAlive = from.moveKeepAlive;
        this.proxyProtocol = from.proxyProtocol;
        this.trustedProxies = from.trustedProxies;
        this.bufferSize = from.bufferSize;
        this.maxBufferedBytes = from.maxBufferedBytes > 0 ? from.maxBufferedBytes
                : Math.max((long) bufferSize * loops, Math.min(MAX_BUFFERED, DirectMemory.max() / 2));
        this.listener = from.listener;
        this.lookup = from.lookup;
    }

    /** {@return the prefix of thread names and log lines} */
    public String name() {
        return name;
    }

    /** {@return the host to listen on, empty for all interfaces} */
    public Optional<String> host() {
        return Optional.ofNullable(host);
    }

    /** {@return the configured port, 0 for any free one} */
    public int port() {
        return port;
    }

    /** {@return the resolved host with the port} */
    InetSocketAddress address() {
        return address;
    }

    /** {@return the length of the kernel's queue of connections not yet accepted} */
    public int backlog() {
        return backlog;
    }

    /** {@return the number of event loops} */
    public int loops() {
        return loops;
    }

    /** {@return the strategy that chooses the target of each connection} */
    public Strategy strategy() {
        return strategy;
    }

    /** {@return the initial targets} */
    public List<Target> targets() {
        return targets;
    }

    /** {@return the most connections relayed at once, 0 for no limit} */
    public int maxConnections() {
        return maxConnections;
    }

    /** {@return the most connections to one target at once, 0 for no limit} */
    public int maxConnectionsPerTarget() {
        return maxConnectionsPerTarget;
    }

    /** {@return the most connections of one client address at once, 0 for no limit} */
    public int maxConnectionsPerClient() {
        return maxConnectionsPerClient;
    }

    /** {@return the most clients that may wait while no target can take them} */
    public int maxWaiting() {
        return maxWaiting;
    }

    /** {@return the longest time a client may go without a target} */
    public Duration waitTimeout() {
        return waitTimeout;
    }

    /** {@return the timeout of one connect to a target} */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /** {@return the time without a byte in either direction after which a connection is cut, zero for never} */
    public Duration idleTimeout() {
        return idleTimeout;
    }

    /** {@return the time without a byte after which a half-closed connection is cut, zero for never} */
    public Duration halfCloseTimeout() {
        return halfCloseTimeout;
    }

    /** {@return the time after the accept within which a client must send its first byte, zero for no limit} */
    public Duration firstByteTimeout() {
        return firstByteTimeout;
    }

    /**
     * {@return how long a client may be silent before it is closed, zero if targets are connected without waiting for
     * it}
     */
    public Duration connectOnFirstByte() {
        return connectOnFirstByte;
    }

    /** {@return how long the share of a new or restored target ramps up, zero for no slow start} */
    public Duration slowStart() {
        return slowStart;
    }

    /** {@return the number of consecutive failures after which a target is ejected, 0 for never} */
    public int ejectAfter() {
        return ejectAfter;
    }

    /** {@return whether connections that a target closes without an answer count as failures} */
    public boolean ejectUnanswered() {
        return ejectUnanswered;
    }

    /** {@return the settings of the active probe, empty when targets are not probed} */
    public Optional<ProbePolicy> probe() {
        return Optional.ofNullable(probe);
    }

    /** {@return whether idle connections are moved away from withdrawn and lost targets} */
    public boolean moveKeepAlive() {
        return moveKeepAlive;
    }

    /** {@return the version of the PROXY header sent to targets, empty for none} */
    public Optional<ProxyProtocol> proxyProtocol() {
        return Optional.ofNullable(proxyProtocol);
    }

    /** {@return the networks whose connections must begin with a PROXY header} */
    public List<String> trustedProxies() {
        return trustedProxies;
    }

    /** {@return the size of the read buffers in bytes} */
    public int bufferSize() {
        return bufferSize;
    }

    /** {@return the most direct memory for bytes that slow peers have not read yet, in bytes} */
    public long maxBufferedBytes() {
        return maxBufferedBytes;
    }

    /** {@return the resolver of targets' host names} */
    HostResolver.Lookup lookup() {
        return lookup;
    }

    /** {@return the listener for events; does nothing if none was set} */
    public BalancerListener listener() {
        return listener;
    }
}
