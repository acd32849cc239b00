package io.musher.balancer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Collects the options of a {@link Balancer}; not thread safe, reusable.
 *
 * <p>Every option is checked when it is set: null is a {@link NullPointerException}, a bad value an
 * {@link IllegalArgumentException} that names option and value. No number is corrected silently.
 */
public final class BalancerBuilder {

    String name = "balancer";
    String host;
    int port = -1;
    int backlog = 4096;
    int loops = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 4));
    Strategy strategy;
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
    ProbePolicy probe;
    boolean moveKeepAlive = true;
    ProxyProtocol proxyProtocol;
    List<String> trustedProxies = List.of();
    int bufferSize = 256 * 1024;
    long maxBufferedBytes; // 0: not set
    BalancerListener listener = new BalancerListener() { };
    Names.Lookup lookup = InetAddress::getAllByName;

    BalancerBuilder() { }

    /**
     * What its threads and log lines begin with; default {@code balancer}.
     *
     * @param name not blank
     * @return this
     */
    public BalancerBuilder name(String name) {
        Objects.requireNonNull(name, "name");
        require(!name.isBlank(), "name is blank");
        this.name = name;
        return this;
    }

    /**
     * The host name or address to listen on; default: all interfaces, IPv4 and IPv6.
     *
     * @param host a name or literal
     * @return this
     */
    public BalancerBuilder host(String host) {
        Objects.requireNonNull(host, "host");
        require(!host.isBlank(), "host is blank; leave it out for all interfaces");
        this.host = host;
        return this;
    }

    /**
     * The port to listen on; the one option without a default.
     *
     * @param port 0 (any free one, see {@link Balancer#address}) to 65535
     * @return this
     */
    public BalancerBuilder port(int port) {
        require(port >= 0 && port <= 65535, "port " + port + " is not within 0 to 65535");
        this.port = port;
        return this;
    }

    /**
     * The kernel's queue of connections not yet accepted; default 4096. The kernel caps it (Linux: {@code somaxconn}).
     *
     * @param backlog at least 1
     * @return this
     */
    public BalancerBuilder backlog(int backlog) {
        this.backlog = atLeast(1, backlog, "backlog");
        return this;
    }

    /**
     * Event loops, each with a thread; default a quarter of the processors, at least 1 and at most 4: one loop saturates
     * about one processor with 70,000 requests a second, and the targets want the others.
     *
     * @param loops at least 1
     * @return this
     */
    public BalancerBuilder loops(int loops) {
        this.loops = atLeast(1, loops, "loops");
        return this;
    }

    /**
     * Who gets the next connection; default {@link Strategy#roundRobin()}.
     *
     * @param strategy a built-in one or your own
     * @return this
     */
    public BalancerBuilder strategy(Strategy strategy) {
        this.strategy = Objects.requireNonNull(strategy, "strategy");
        return this;
    }

    /**
     * The targets to begin with; default none: clients wait until {@link Balancer#targets} names some.
     *
     * @param targets with distinct ids
     * @return this
     */
    public BalancerBuilder targets(List<Target> targets) {
        this.targets = checked(targets);
        return this;
    }

    /**
     * Connections relayed at once; default 0, no limit. One more waits like a client without a target.
     *
     * @param connections at least 0
     * @return this
     */
    public BalancerBuilder maxConnections(int connections) {
        this.maxConnections = atLeast(0, connections, "maxConnections");
        return this;
    }

    /**
     * Connections on one target at once; default 0, no limit. When all are full, clients wait.
     *
     * @param connections at least 0
     * @return this
     */
    public BalancerBuilder maxConnectionsPerTarget(int connections) {
        this.maxConnectionsPerTarget = atLeast(0, connections, "maxConnectionsPerTarget");
        return this;
    }

    /**
     * Connections of one client address at once; default 0, no limit. One more is closed and counted as rejected. For IPv6 an address is a network of 64 bits; behind
     * {@link #trustedProxies} it is the address their header tells.
     *
     * @param connections at least 0
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public BalancerBuilder maxConnectionsPerClient(int connections) {
        this.maxConnectionsPerClient = atLeast(0, connections, "maxConnectionsPerClient");
        return this;
    }

    /**
     * Clients held while no target can take them; default 1024. One that leaves meanwhile is noticed, unless more than 16 KiB
     * that it sent before still wait unread, and is closed; one that ends its side after it has sent something is served.
     *
     * <p>When all places are taken and another client comes, it gets the place of a client that has ended its side, else that
     * of the youngest client of an address (IPv6: a network of 64 bits) that holds more than a quarter of the places; a client
     * whose own address already holds a quarter gets none. Behind {@link #trustedProxies} the address is that of the PROXY
     * header. A client without a place is closed and counted as rejected.
     *
     * @param clients at least 0; 0 holds nobody
     * @return this
     */
    public BalancerBuilder maxWaiting(int clients) {
        this.maxWaiting = atLeast(0, clients, "maxWaiting");
        return this;
    }

    /**
     * How long a client goes without a target at most, waiting and connecting together, before it is closed; default 30 s.
     *
     * @param timeout positive
     * @return this
     */
    public BalancerBuilder waitTimeout(Duration timeout) {
        this.waitTimeout = positive(timeout, "waitTimeout");
        return this;
    }

    /**
     * How long one connect to a target may take before the next target is tried; default 3 s.
     *
     * @param timeout positive
     * @return this
     */
    public BalancerBuilder connectTimeout(Duration timeout) {
        this.connectTimeout = positive(timeout, "connectTimeout");
        return this;
    }

    /**
     * Cuts a connection on which no byte has moved either way for so long (what the kernel holds for a slow reader has moved);
     * default zero, never. Checked four times per
     * timeout, so it may take a quarter longer.
     *
     * @param timeout zero or at least 10 ms
     * @return this
     */
    public BalancerBuilder idleTimeout(Duration timeout) {
        this.idleTimeout = zeroOrAtLeast10Millis(timeout, "idleTimeout");
        return this;
    }

    /**
     * Cuts a connection of which one side has ended, and on which no byte has moved for so long since; default 5 minutes. Without it a peer that never ends its
     * side holds the connection for ever. Checked like {@link #idleTimeout}.
     *
     * @param timeout zero (never) or at least 10 ms
     * @return this
     * @throws IllegalArgumentException if it is negative, less than 10 ms, or more than a year
     */
    public BalancerBuilder halfCloseTimeout(Duration timeout) {
        this.halfCloseTimeout = zeroOrAtLeast10Millis(timeout, "halfCloseTimeout");
        return this;
    }

    /**
     * Cuts a connection whose client has not sent a byte for so long since it was accepted; default zero, never. The target is connected
     * meanwhile, so this suits protocols in which the server speaks first, too; see {@link #connectOnFirstByte}. Checked like {@link #idleTimeout}.
     *
     * @param timeout zero or at least 10 ms
     * @return this
     * @throws IllegalArgumentException if it is negative, less than 10 ms, or more than a year
     */
    public BalancerBuilder firstByteTimeout(Duration timeout) {
        this.firstByteTimeout = zeroOrAtLeast10Millis(timeout, "firstByteTimeout");
        return this;
    }

    /**
     * Connects to a target only when the client has sent its first byte, so that silent clients cannot take the threads of servers that have one for each
     * connection; a client that is silent for so long is closed and counted as rejected. Default zero: connects at once. Leave it so for protocols in which the server
     * speaks first (SMTP, SSH, MySQL).
     *
     * @param silence zero (connects at once) or at least 10 ms: how long a client may be silent
     * @return this
     * @throws IllegalArgumentException if it is negative, less than 10 ms, or more than a year
     */
    public BalancerBuilder connectOnFirstByte(Duration silence) {
        this.connectOnFirstByte = zeroOrAtLeast10Millis(silence, "connectOnFirstByte");
        return this;
    }

    /**
     * How long the share of a target that is new, or back, ramps up from a tenth; default zero, not at all. Observed by all
     * built-in strategies but {@code ip-hash}.
     *
     * @param ramp zero or positive
     * @return this
     */
    public BalancerBuilder slowStart(Duration ramp) {
        this.slowStart = notNegative(ramp, "slowStart");
        return this;
    }

    /**
     * Failed connects in a row that take a target out, unless it is the last one; default 3, 0 for never. It is then tried in
     * the background, after 100 ms and after growing, jittered pauses of at most 2 s, and comes back with the first success.
     * So many unanswered connections in a row take it out as well, see {@link #ejectUnanswered}. When no other target is ready
     * any more, ejected ones are let in again.
     *
     * @param failures at least 0
     * @return this
     */
    public BalancerBuilder ejectAfter(int failures) {
        this.ejectAfter = atLeast(0, failures, "ejectAfter");
        return this;
    }

    /**
     * Whether {@link #ejectAfter} also counts connections that the target ends without an answer; default true. Counted are
     * ends and resets after bytes from the client, and within a second of the connect; not ends that the client began. A target is
     * not ejected for this while no other target answers, so one-way protocols are safe.
     *
     * <p>Such a target is tried in the background as above, with pauses of at most 10 s; when it does not end that connection
     * within 250 ms it gets one client, and another one every 500 ms, until it answers one, and is back, or fails one.
     *
     * @param eject whether they count
     * @return this
     */
    public BalancerBuilder ejectUnanswered(boolean eject) {
        this.ejectUnanswered = eject;
        return this;
    }

    /**
     * Probes all targets in the background; default: they are not.
     *
     * @param policy interval, timeout, rise and fall
     * @return this
     */
    public BalancerBuilder probe(ProbePolicy policy) {
        this.probe = Objects.requireNonNull(policy, "probe");
        return this;
    }

    /**
     * Whether HTTP/1.1 keep-alive connections leave a withdrawn target between two requests, unseen by the client; default
     * true. So do those that the target ends between two requests, and connections of any protocol on which not a byte has
     * gone: the end reaches the client half a second late, unless it is served by another target by then. Connections with
     * a login by NTLM or Negotiate never move; switch moving off when a login of another kind is tied to the connection.
     *
     * @param move whether they do
     * @return this
     */
    public BalancerBuilder moveKeepAlive(boolean move) {
        this.moveKeepAlive = move;
        return this;
    }

    /**
     * Sends each target a PROXY protocol header with the addresses of the client and of the port it connected to; default: none.
     * Probes send one without a client: {@code LOCAL} in version 2, {@code UNKNOWN} in version 1.
     *
     * <p>A header that came from one of the {@link #trustedProxies} is passed on: byte for byte, extensions (TLV) included, if it
     * is of this version. Else it is translated, without extensions; {@code UNKNOWN} in version 1 is the command {@code PROXY}
     * without addresses in version 2, and whatever version 1 has no word for ({@code LOCAL}, other protocols) is {@code UNKNOWN} there.
     *
     * @param version of the header
     * @return this
     */
    public BalancerBuilder proxyProtocol(ProxyProtocol version) {
        this.proxyProtocol = Objects.requireNonNull(version, "proxyProtocol");
        return this;
    }

    /**
     * Networks of proxies in front of this balancer: their connections must begin with a PROXY header (v1 or v2), whose
     * source is then the client for {@code ip-hash} and the targets' header; without one they are closed. Default: none.
     *
     * @param networks addresses or CIDR blocks, such as {@code 10.0.0.0/8} or {@code ::1}
     * @return this
     */
    public BalancerBuilder trustedProxies(String... networks) {
        List<String> copy = List.of(networks);
        TrustedProxies.parse(copy);
        this.trustedProxies = copy;
        return this;
    }

    /**
     * Bytes read at once, one buffer per loop; default 256 KiB, which bulk transfers like best. Reads become smaller (16 KiB) while
     * the peers of 16 connections of a loop (fewer, if they take a quarter of {@link #maxBufferedBytes}) are slow.
     *
     * @param bytes 4 KiB to 16 MiB
     * @return this
     */
    public BalancerBuilder bufferSize(int bytes) {
        require(bytes >= 4096 && bytes <= 16 << 20, "bufferSize " + bytes + " is not within 4 KiB to 16 MiB");
        this.bufferSize = bytes;
        return this;
    }

    /**
     * Direct memory kept at most for connections whose peers do not take what was read for them, all loops together; default half of the JVM's
     * direct memory ({@code -XX:MaxDirectMemorySize}, which is the maximum heap unless it is set), at most 256 MiB, at least
     * {@link #bufferSize} for each loop. It is allocated when needed and used again until the balancer is closed.
     *
     * <p>One such connection takes 16 KiB each way as a rule. When the memory is spent, the connection that has made no progress for longest is ended with a
     * reset and counted in {@link BalancerStats#cutStalled}; all others go on.
     *
     * @param bytes at least {@link #bufferSize} for each loop, which is checked by {@link #build}
     * @return this
     * @throws IllegalArgumentException if it is less than 4096
     */
    public BalancerBuilder maxBufferedBytes(long bytes) {
        require(bytes >= 4096, "maxBufferedBytes " + bytes + " is less than 4096");
        this.maxBufferedBytes = bytes;
        return this;
    }

    /**
     * Who hears what happens; default nobody.
     *
     * @param listener called on the loops' threads
     * @return this
     */
    public BalancerBuilder listener(BalancerListener listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Checks the whole, without starting anything.
     *
     * @return the configuration
     * @throws IllegalStateException if the port is missing, or {@link #maxBufferedBytes} is less than a buffer for each loop
     * @throws IllegalArgumentException if the host cannot be resolved
     */
    public BalancerConfig build() {
        if (port < 0) {
            throw new IllegalStateException("port is missing: say port(n), or port(0) for any free one");
        }
        if (maxBufferedBytes > 0 && maxBufferedBytes / loops < bufferSize) {
            throw new IllegalStateException("maxBufferedBytes " + maxBufferedBytes + " is less than bufferSize " + bufferSize
                    + " for each of " + loops + " loop(s)");
        }
        try {
            return new BalancerConfig(this, host == null
                    ? new InetSocketAddress(port) : new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("host " + host + " cannot be resolved", e);
        }
    }

    /**
     * Listens and serves.
     *
     * @return the running balancer
     * @throws IllegalStateException if the port is missing
     * @throws IllegalArgumentException if the host cannot be resolved, or a target is where the balancer itself would listen
     * @throws java.io.UncheckedIOException if it cannot listen; the message names host and port, nothing is left running
     */
    public Balancer start() {
        return Balancer.start(build());
    }

    /** The one gate for lists of targets. */
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
        notNegative(value, option);
        require(!value.isZero(), option + " " + value + " is not positive");
        return value;
    }

    private static Duration zeroOrAtLeast10Millis(Duration value, String option) {
        notNegative(value, option);
        require(value.isZero() || value.toMillis() >= 10, option + " " + value + " is less than 10 ms");
        return value;
    }

    private static Duration notNegative(Duration value, String option) {
        Objects.requireNonNull(value, option);
        require(!value.isNegative(), option + " " + value + " is negative");
        require(value.compareTo(Duration.ofDays(365)) <= 0, option + " " + value + " is more than a year");
        return value;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
