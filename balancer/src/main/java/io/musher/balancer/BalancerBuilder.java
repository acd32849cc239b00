package io.musher.balancer;

import io.musher.balancer.internal.proxy.TrustedProxies;
import io.musher.balancer.loop.Durations;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Builder for a {@link Balancer}. Not thread safe; can be reused after {@link #build} or {@link #start}.
 *
 * <p><b>Off.</b> Zero switches off an option that can be off, whether by default or explicitly: with 0 or
 * {@link Duration#ZERO} there is no limit, timeout, delay or queue. The options that are neither a number nor a
 * duration ({@link #probe}, {@link #proxyProtocol}, {@link #trustedProxies}, {@link #listener}) are off until they are
 * set. For other limits and durations zero is an invalid value.
 *
 * <p><b>Errors.</b> Every option is checked when it is set: null throws a {@link NullPointerException}, an invalid
 * value an {@link IllegalArgumentException} that names option and value. A duration is invalid if it is negative or
 * more than a year. No value is corrected silently.
 */
public final class BalancerBuilder {

    private static final Duration TEN_MILLIS = Duration.ofMillis(10);

    String name = "balancer";
    @Nullable
    String host;
    int port = -1;
    @Nullable
    ServerSocketChannel listeningChannel; // null to bind host and port
    int backlog = 4096;
    int loops = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 4));
    @Nullable
    Strategy strategy; // null for a round robin of its own for each configuration
    List<Target> targets = List.of();
    int maxConnections;
    int maxConnectionsPerTarget;
    int maxConnectionsPerClient;
    int maxWaiting = 1024;
    Duration waitTimeout = Duration.ofSeconds(30);
    Duration connectTimeout = Duration.ofSeconds(3);
    Duration idleTimeout = Duration.ZERO;
    Duration halfCloseTimeout = Duration.ofMinutes(5);
    Duration firstByteTimeout = Duration.ZERO;
    Duration connectOnFirstByte = Duration.ZERO;
    Duration slowStart = Duration.ZERO;
    int ejectAfter = 3;
    boolean ejectUnanswered = true;
    @Nullable
    ProbePolicy probe;
    boolean moveKeepAlive = true;
    @Nullable
    ProxyProtocol proxyProtocol;
    List<String> trustedProxies = List.of();
    int bufferSize = 256 * 1024;
    @Nullable
    Long maxBufferedBytes; // null for the default, which depends on the JVM, on loops and on bufferSize
    BalancerListener listener = new BalancerListener() {};
    HostResolver.Lookup lookup = InetAddress::getAllByName;

    BalancerBuilder() {}

    /** Copies all options; their values are immutable, or shared on purpose (strategy, listener). */
    BalancerBuilder(BalancerBuilder from) {
        this.name = from.name;
        this.host = from.host;
        this.port = from.port;
        this.listeningChannel = from.listeningChannel;
        this.backlog = from.backlog;
        this.loops = from.loops;
        this.strategy = from.strategy;
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
        this.maxBufferedBytes = from.maxBufferedBytes;
        this.listener = from.listener;
        this.lookup = from.lookup;
    }

    /**
     * Sets the prefix of thread names and log lines; default {@code balancer}.
     *
     * @param name not blank
     * @return this
     * @throws IllegalArgumentException if the value is blank
     */
    public BalancerBuilder name(String name) {
        Objects.requireNonNull(name, "name");
        require(!name.isBlank(), "name is blank");
        this.name = name;
        return this;
    }

    /**
     * Sets the host to listen on; default all interfaces, IPv4 and IPv6. {@link #build} resolves it.
     *
     * @param host a host name or IP address, not blank
     * @return this
     * @throws IllegalArgumentException if the value is blank
     */
    public BalancerBuilder host(String host) {
        Objects.requireNonNull(host, "host");
        require(!host.isBlank(), "host is blank; leave it out for all interfaces");
        this.host = host;
        return this;
    }

    /**
     * Sets the port to listen on; required unless {@link #listeningChannel} is set. The last call of the two counts.
     *
     * @param port 0 (any free port, see {@link Balancer#address}) to 65535
     * @return this
     * @throws IllegalArgumentException if the value is out of range
     */
    public BalancerBuilder port(int port) {
        require(port >= 0 && port <= 65535, "port " + port + " is not within 0 to 65535");
        this.port = port;
        this.listeningChannel = null;
        return this;
    }

    /**
     * Makes the balancer accept from a channel that listens already, instead of binding host and port; default none.
     * Other processes may accept from the same socket, for example the predecessor or the successor of this one.
     *
     * <p>The channel stays the caller's: the balancer makes it non-blocking, which holds for all processes that have
     * the socket, and never closes it. It accepts nothing before it has its first target, and nothing after
     * {@link Balancer#shutdown} has begun: these clients wait in the kernel's queue for another process.
     *
     * @param channel bound to an IP address and listening
     * @return this
     * @throws IllegalArgumentException if the channel is closed, not bound, or of a Unix domain socket
     */
    public BalancerBuilder listeningChannel(ServerSocketChannel channel) {
        address(channel);
        this.listeningChannel = channel;
        this.port = -1;
        this.host = null;
        return this;
    }

    private static InetSocketAddress address(ServerSocketChannel channel) {
        try {
            if (channel.getLocalAddress() instanceof InetSocketAddress address) {
                return address;
            }
            throw new IllegalArgumentException("listeningChannel " + channel
                    + " is not bound to an IP address; bind it before, so that it listens");
        } catch (IOException e) {
            throw new IllegalArgumentException("listeningChannel " + channel + " is closed", e);
        }
    }

    /**
     * Sets the length of the kernel's queue of connections not yet accepted; default 4096. The kernel caps it (Linux:
     * {@code somaxconn}).
     *
     * @param backlog at least 1
     * @return this
     * @throws IllegalArgumentException if the value is less than 1
     */
    public BalancerBuilder backlog(int backlog) {
        this.backlog = atLeast(1, backlog, "backlog");
        return this;
    }

    /**
     * Sets the number of event loops, each with one thread; default a quarter of the processors, at least 1 and at most
     * 4. One loop saturates about one processor with 70,000 requests per second; the other processors are left to the
     * targets.
     *
     * @param loops at least 1
     * @return this
     * @throws IllegalArgumentException if the value is less than 1
     */
    public BalancerBuilder loops(int loops) {
        this.loops = atLeast(1, loops, "loops");
        return this;
    }

    /**
     * Sets the strategy that chooses the target of each connection; default {@link Strategy#roundRobin()}.
     *
     * @param strategy a built-in strategy or your own
     * @return this
     */
    public BalancerBuilder strategy(Strategy strategy) {
        this.strategy = Objects.requireNonNull(strategy, "strategy");
        return this;
    }

    /**
     * Sets the initial targets; default none, so that clients wait until {@link Balancer#updateTargets} is called.
     *
     * @param targets targets with distinct ids; copied
     * @return this
     * @throws IllegalArgumentException if an id occurs twice
     */
    public BalancerBuilder targets(List<Target> targets) {
        this.targets = checked(targets);
        return this;
    }

    /**
     * Sets the most connections relayed at once; default 0, off: no limit. Further clients wait, see
     * {@link #maxWaiting}.
     *
     * @param connections at least 0
     * @return this
     * @throws IllegalArgumentException if the value is negative
     */
    public BalancerBuilder maxConnections(int connections) {
        this.maxConnections = zeroIsOff(connections, "maxConnections");
        return this;
    }

    /**
     * Sets the most connections to one target at once; default 0, off: no limit. When all targets are full, clients
     * wait.
     *
     * @param connections at least 0
     * @return this
     * @throws IllegalArgumentException if the value is negative
     */
    public BalancerBuilder maxConnectionsPerTarget(int connections) {
        this.maxConnectionsPerTarget = zeroIsOff(connections, "maxConnectionsPerTarget");
        return this;
    }

    /**
     * Sets the most connections of one client address at once; default 0, off: no limit. Further connections are closed
     * and counted as rejected. For IPv6 the address is the /64 network; behind {@link #trustedProxies} it is the source
     * in the PROXY header.
     *
     * @param connections at least 0
     * @return this
     * @throws IllegalArgumentException if the value is negative
     */
    public BalancerBuilder maxConnectionsPerClient(int connections) {
        this.maxConnectionsPerClient = zeroIsOff(connections, "maxConnectionsPerClient");
        return this;
    }

    /**
     * Sets how many clients may wait while no target can take them; default 1024. A waiting client that disconnects is
     * noticed and closed, unless more than 16 KiB sent before are still unread; a client that closes only its sending
     * side after sending something is served.
     *
     * <p>When all places are taken, a new client gets the place of a client that has closed its sending side, else that
     * of the youngest client of the address (IPv6: the /64 network) that holds the most places and more than a quarter
     * of them. A client whose own address already holds a quarter gets none. Behind {@link #trustedProxies} the address
     * is the source in the PROXY header. A client without a place is closed and counted as rejected.
     *
     * @param clients at least 0; 0 is off: no client waits
     * @return this
     * @throws IllegalArgumentException if the value is negative
     */
    public BalancerBuilder maxWaiting(int clients) {
        this.maxWaiting = zeroIsOff(clients, "maxWaiting");
        return this;
    }

    /**
     * Sets the longest time a client may go without a target, waiting and connecting together, before it is closed and
     * counted as rejected; default 30 s.
     *
     * @param timeout positive
     * @return this
     * @throws IllegalArgumentException if the value is not positive, or more than a year
     */
    public BalancerBuilder waitTimeout(Duration timeout) {
        this.waitTimeout = positive(timeout, "waitTimeout");
        return this;
    }

    /**
     * Sets the timeout of one connect to a target, after which the next target is tried; default 3 s.
     *
     * @param timeout positive
     * @return this
     * @throws IllegalArgumentException if the value is not positive, or more than a year
     */
    public BalancerBuilder connectTimeout(Duration timeout) {
        this.connectTimeout = positive(timeout, "connectTimeout");
        return this;
    }

    /**
     * Cuts a connection on which no byte has moved in either direction for this long; default zero, off. Bytes count
     * as moved once the kernel has accepted them. Checked four times per timeout, so it may take a quarter longer.
     *
     * @param timeout zero (off) or at least 10 ms
     * @return this
     * @throws IllegalArgumentException if the value is not zero but less than 10 ms, or more than a year
     */
    public BalancerBuilder idleTimeout(Duration timeout) {
        this.idleTimeout = zeroIsOff(TEN_MILLIS, timeout, "idleTimeout");
        return this;
    }

    /**
     * Cuts a half-closed connection (one side has closed) on which no byte has moved for this long; default 5 minutes.
     * Without this timeout a peer that never closes its side would hold the connection forever. Checked like
     * {@link #idleTimeout}.
     *
     * @param timeout zero (off) or at least 10 ms
     * @return this
     * @throws IllegalArgumentException if the value is not zero but less than 10 ms, or more than a year
     */
    public BalancerBuilder halfCloseTimeout(Duration timeout) {
        this.halfCloseTimeout = zeroIsOff(TEN_MILLIS, timeout, "halfCloseTimeout");
        return this;
    }

    /**
     * Cuts a connection whose client has not sent its first byte within this time after the accept; default zero,
     * off. The target is connected meanwhile, so this also suits protocols in which the server speaks first; see also
     * {@link #connectOnFirstByte}. Checked like {@link #idleTimeout}.
     *
     * @param timeout zero (off) or at least 10 ms
     * @return this
     * @throws IllegalArgumentException if the value is not zero but less than 10 ms, or more than a year
     */
    public BalancerBuilder firstByteTimeout(Duration timeout) {
        this.firstByteTimeout = zeroIsOff(TEN_MILLIS, timeout, "firstByteTimeout");
        return this;
    }

    /**
     * Delays the connect to a target until the client has sent its first byte; default zero, off: connect at once. This
     * keeps silent clients from occupying servers that use one thread per connection. A client that stays silent for
     * this long is closed and counted as rejected. Do not use it for protocols in which the server speaks first (SMTP,
     * SSH, MySQL).
     *
     * @param silence how long a client may be silent: zero (off) or at least 10 ms
     * @return this
     * @throws IllegalArgumentException if the value is not zero but less than 10 ms, or more than a year
     */
    public BalancerBuilder connectOnFirstByte(Duration silence) {
        this.connectOnFirstByte = zeroIsOff(TEN_MILLIS, silence, "connectOnFirstByte");
        return this;
    }

    /**
     * Sets how long the share of a new or restored target ramps up from a tenth to its full weight; default zero,
     * off. All built-in strategies except {@code ip-hash} apply it.
     *
     * @param ramp zero (off) or positive
     * @return this
     * @throws IllegalArgumentException if the value is negative or more than a year
     */
    public BalancerBuilder slowStart(Duration ramp) {
        this.slowStart = zeroIsOff(Duration.ofNanos(1), ramp, "slowStart");
        return this;
    }

    /**
     * Sets after how many consecutive failed connects a target is ejected, unless it is the last one ready; default 3,
     * 0 is off: never. The balancer retries an ejected target in the background, after 100 ms and then after growing,
     * jittered pauses of at most 2 s, and restores it on the first success. The same number of consecutive unanswered
     * connections ejects a target, too, see {@link #ejectUnanswered}. When no other target is ready, ejected ones are
     * restored.
     *
     * @param failures at least 0
     * @return this
     * @throws IllegalArgumentException if the value is negative
     */
    public BalancerBuilder ejectAfter(int failures) {
        this.ejectAfter = zeroIsOff(failures, "ejectAfter");
        return this;
    }

    /**
     * Sets whether {@link #ejectAfter} also counts connections that the target closes or resets without an answer;
     * default true. These are closes after bytes from the client, or within a second of the connect; closes begun by
     * the client do not count, nor do those after an incomplete HTTP request. A target is not ejected for this while no
     * other target answers, so one-way protocols are safe.
     *
     * <p>The balancer retries such a target in the background, with pauses of at most 10 s. When the target keeps the
     * retry's connection open for 250 ms, it gets one client, and another every 500 ms, until it answers one and is
     * restored, or fails one and stays ejected.
     *
     * @param eject whether unanswered connections count
     * @return this
     */
    public BalancerBuilder ejectUnanswered(boolean eject) {
        this.ejectUnanswered = eject;
        return this;
    }

    /**
     * Enables active health checks (probes) of all targets in the background; default none.
     *
     * @param policy interval, timeout, rise and fall
     * @return this
     */
    public BalancerBuilder probe(ProbePolicy policy) {
        this.probe = Objects.requireNonNull(policy, "probe");
        return this;
    }

    /**
     * Sets whether HTTP/1.1 keep-alive connections are moved from a withdrawn target to another one between two
     * requests, unnoticed by the client; default true. This includes connections that the target closes between two
     * requests, and connections of any protocol on which no byte has been forwarded: the close reaches the client half
     * a second late, unless another target serves the client by then. Connections with NTLM or Negotiate logins never
     * move; set false if other logins are bound to the connection.
     *
     * @param move whether idle connections are moved
     * @return this
     */
    public BalancerBuilder moveKeepAlive(boolean move) {
        this.moveKeepAlive = move;
        return this;
    }

    /**
     * Sends each target a PROXY protocol header with the client's address and the address it connected to; default
     * none. Probes send a header without a client: {@code LOCAL} in version 2, {@code UNKNOWN} in version 1.
     *
     * <p>A header received from one of the {@link #trustedProxies} is forwarded: byte for byte, extensions (TLV)
     * included, if it has this version; else translated, without extensions. {@code UNKNOWN} of version 1 becomes the
     * command {@code PROXY} without addresses in version 2; what version 1 cannot express ({@code LOCAL}, other
     * protocols) becomes {@code UNKNOWN}.
     *
     * @param version the version of the header
     * @return this
     */
    public BalancerBuilder proxyProtocol(ProxyProtocol version) {
        this.proxyProtocol = Objects.requireNonNull(version, "proxyProtocol");
        return this;
    }

    /**
     * Sets the networks of proxies in front of this balancer; default none. Connections from them must begin with a
     * PROXY header (v1 or v2), else they are closed and counted as rejected. The source in the header is the client's
     * address for strategies, limits and {@link #proxyProtocol}.
     *
     * @param networks IP addresses or CIDR blocks, such as {@code 10.0.0.0/8} or {@code ::1}
     * @return this
     * @throws IllegalArgumentException if an element is neither an IP address nor a CIDR block
     */
    public BalancerBuilder trustedProxies(String... networks) {
        List<String> copy = List.of(networks);
        TrustedProxies.parse(copy);
        this.trustedProxies = copy;
        return this;
    }

    /**
     * Sets the size of the read buffer, one per loop; default 256 KiB, the fastest size for bulk transfers. Reads
     * become smaller (16 KiB) while the peers of 16 connections of a loop read slowly (fewer, if they take a quarter of
     * {@link #maxBufferedBytes}).
     *
     * @param bytes 4 KiB to 16 MiB
     * @return this
     * @throws IllegalArgumentException if the value is out of range
     */
    public BalancerBuilder bufferSize(int bytes) {
        require(bytes >= 4096 && bytes <= 16 << 20, "bufferSize " + bytes + " is not within 4 KiB to 16 MiB");
        this.bufferSize = bytes;
        return this;
    }

    /**
     * Sets the most direct memory for bytes that slow peers have not read yet (backpressure), all loops together;
     * default half of the JVM's direct memory ({@code -XX:MaxDirectMemorySize}, by default the maximum heap), at most
     * 256 MiB, at least {@link #bufferSize} for each loop. It is allocated when needed and reused until the balancer is
     * closed.
     *
     * <p>A slow connection usually takes 16 KiB for each direction. When the memory is spent, the connection that has
     * made no progress for longest is reset and counted in {@link BalancerStats#cutStalled}; the others continue.
     *
     * @param bytes at least 4096, and at least {@link #bufferSize} for each loop, which {@link #build} checks
     * @return this
     * @throws IllegalArgumentException if the value is less than 4096
     */
    public BalancerBuilder maxBufferedBytes(long bytes) {
        require(bytes >= 4096, "maxBufferedBytes " + bytes + " is less than 4096");
        this.maxBufferedBytes = bytes;
        return this;
    }

    /**
     * Sets the listener for events; default none.
     *
     * @param listener called on the event loops' threads
     * @return this
     */
    public BalancerBuilder listener(BalancerListener listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Validates the options and returns the configuration, without starting anything.
     *
     * @return the configuration
     * @throws IllegalStateException if the port is missing, {@link #host} was set after {@link #listeningChannel}, or
     *     {@link #maxBufferedBytes} is less than a buffer for each loop
     * @throws IllegalArgumentException if the host cannot be resolved, or the listening channel was closed
     */
    public BalancerConfig build() {
        if (listeningChannel != null && host != null) {
            throw new IllegalStateException("host " + host + " and listeningChannel: the channel is bound to an address"
                    + " already; leave host out");
        }
        if (port < 0 && listeningChannel == null) {
            throw new IllegalStateException("port is missing: call port(n), or port(0) for any free port");
        }
        if (maxBufferedBytes != null && maxBufferedBytes / loops < bufferSize) {
            throw new IllegalStateException(
                    "maxBufferedBytes " + maxBufferedBytes + " is less than loops x bufferSize, " + loops
                            + " x " + bufferSize);
        }
        if (listeningChannel != null) {
            return new BalancerConfig(this, address(listeningChannel));
        }
        try {
            return new BalancerConfig(this, host == null
                    ? new InetSocketAddress(port) : new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("host " + host + " cannot be resolved", e);
        }
    }

    /**
     * Starts a balancer: listens on the port and begins to accept.
     *
     * @return the running balancer
     * @throws IllegalStateException as {@link #build} does
     * @throws IllegalArgumentException if the host cannot be resolved, or a target has the balancer's own address
     * @throws java.io.UncheckedIOException if the balancer cannot listen or start its event loops; the message says
     *     why, and nothing is left running
     */
    public Balancer start() {
        return Balancer.start(build());
    }

    /** Checks and copies a list of targets; shared by builder and {@link Balancer#updateTargets}. */
    static List<Target> checked(List<Target> targets) {
        Objects.requireNonNull(targets, "targets");
        List<Target> copy = List.copyOf(targets);
        Set<String> ids = new HashSet<>();
        for (Target target : copy) {
            require(ids.add(target.id()), "targets: the id " + target.id() + " occurs twice");
        }
        return copy;
    }

    private static int atLeast(int least, int value, String option) {
        require(value >= least, option + " " + value + " is less than " + least);
        return value;
    }

    static Duration positive(Duration value, String option) {
        requireAtMostAYear(value, option);
        require(!value.isZero(), option + " " + Durations.text(value) + " is not positive");
        return value;
    }

    /** Checks an option that zero switches off; any other value must be positive. */
    private static int zeroIsOff(int value, String option) {
        return atLeast(0, value, option);
    }

    /** Checks an option that zero switches off; any other value must be at least {@code least}. */
    private static Duration zeroIsOff(Duration least, Duration value, String option) {
        requireAtMostAYear(value, option);
        require(value.isZero() || value.compareTo(least) >= 0,
                option + " " + Durations.text(value) + " is less than " + Durations.text(least));
        return value;
    }

    private static void requireAtMostAYear(Duration value, String option) {
        Objects.requireNonNull(value, option);
        require(!value.isNegative(), option + " " + Durations.text(value) + " is negative");
        require(value.compareTo(Duration.ofDays(365)) <= 0,
                option + " " + Durations.text(value) + " is more than a year");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
