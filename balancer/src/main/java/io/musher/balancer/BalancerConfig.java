package io.musher.balancer;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The validated truth a {@link Balancer} runs by; made by {@link BalancerBuilder#build()}, immutable, readable without
 * starting anything. The defaults are told at the builder's options.
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
    private final Names.Lookup lookup;

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

    /** {@return the name its threads and log lines begin with} */
    public String name() {
        return name;
    }

    /** {@return the host it listens on, empty for all interfaces} */
    public Optional<String> host() {
        return Optional.ofNullable(host);
    }

    /** {@return the port as configured, 0 for any free one} */
    public int port() {
        return port;
    }

    /** The host resolved, with the port. */
    InetSocketAddress address() {
        return address;
    }

    /** {@return the kernel's queue of connections not yet accepted} */
    public int backlog() {
        return backlog;
    }

    /** {@return the number of event loops} */
    public int loops() {
        return loops;
    }

    /** {@return who gets the next connection} */
    public Strategy strategy() {
        return strategy;
    }

    /** {@return the targets to begin with} */
    public List<Target> targets() {
        return targets;
    }

    /** {@return connections relayed at once, 0 for no limit} */
    public int maxConnections() {
        return maxConnections;
    }

    /** {@return connections on one target at once, 0 for no limit} */
    public int maxConnectionsPerTarget() {
        return maxConnectionsPerTarget;
    }

    /** {@return connections of one client address at once, 0 for no limit} */
    public int maxConnectionsPerClient() {
        return maxConnectionsPerClient;
    }

    /** {@return clients held while no target can take them} */
    public int maxWaiting() {
        return maxWaiting;
    }

    /** {@return how long a client is held at most} */
    public Duration waitTimeout() {
        return waitTimeout;
    }

    /** {@return how long one connect to a target may take} */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /** {@return after how long without a byte either way a connection is cut, zero for never} */
    public Duration idleTimeout() {
        return idleTimeout;
    }

    /** {@return after how long without a byte a connection of which one side has ended is cut, zero for never} */
    public Duration halfCloseTimeout() {
        return halfCloseTimeout;
    }

    /** {@return within which time a client must have sent something, zero for no such time} */
    public Duration firstByteTimeout() {
        return firstByteTimeout;
    }

    /** {@return how long a client may be silent before it gets a target, zero when it gets one at once} */
    public Duration connectOnFirstByte() {
        return connectOnFirstByte;
    }

    /** {@return how long the share of a fresh target ramps up, zero for not at all} */
    public Duration slowStart() {
        return slowStart;
    }

    /** {@return failures in a row that take a target out, 0 for never} */
    public int ejectAfter() {
        return ejectAfter;
    }

    /** {@return whether connections that a target ends without an answer count as failures} */
    public boolean ejectUnanswered() {
        return ejectUnanswered;
    }

    /** {@return the active probe, empty when targets are not probed} */
    public Optional<ProbePolicy> probe() {
        return Optional.ofNullable(probe);
    }

    /** {@return whether keep-alive connections move away from a withdrawn target between two requests} */
    public boolean moveKeepAlive() {
        return moveKeepAlive;
    }

    /** {@return the PROXY header each target is sent, empty for none} */
    public Optional<ProxyProtocol> proxyProtocol() {
        return Optional.ofNullable(proxyProtocol);
    }

    /** {@return the networks whose connections begin with a PROXY header} */
    public List<String> trustedProxies() {
        return trustedProxies;
    }

    /** {@return bytes read at once} */
    public int bufferSize() {
        return bufferSize;
    }

    /** {@return direct memory kept at most for connections whose peers are slow, in bytes} */
    public long maxBufferedBytes() {
        return maxBufferedBytes;
    }

    /** What finds the addresses of targets' host names. */
    Names.Lookup lookup() {
        return lookup;
    }

    /** {@return who hears what happens} */
    public BalancerListener listener() {
        return listener;
    }
}
