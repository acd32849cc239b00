package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Plural;
import io.musher.balancer.loop.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * A TCP load balancer: accepts connections on one port and relays each to one of its targets.
 *
 * <pre>{@code
 * Balancer balancer = Balancer.builder().port(3000).strategy(Strategy.leastConnections()).start();
 * balancer.updateTargets(List.of(new Target("a", new InetSocketAddress("127.0.0.1", 8000))));
 * }</pre>
 *
 * <p>Thread safe. Futures complete on a thread that is not an event loop's, and at the latest when the balancer is
 * closed. All threads of a balancer are daemons.
 */
public final class Balancer implements AutoCloseable {

    private static final Log LOG = Log.of(Balancer.class);

    private final BalancerConfig config;
    private final InetSocketAddress address;
    private final Limits limits;
    private final LoopGroup loops;
    private final TargetRegistry registry;
    private final BalancerCommands commands;
    private final BalancerShutdown shutdown;
    private boolean accepting; // first loop only

    private Balancer(BalancerConfig config, BalancerListener listener, InetSocketAddress address, Limits limits,
            LoopGroup loops, ReadyTargets ready) {
        this.config = config;
        this.address = address;
        this.limits = limits;
        this.loops = loops;
        this.registry = new TargetRegistry(config, listener, loops, ready, address);
        this.commands = new BalancerCommands(config.name(), loops);
        this.shutdown = new BalancerShutdown(config.name(), loops, limits, registry, commands);
    }

    /**
     * {@return a new builder; {@link BalancerBuilder#port} or {@link BalancerBuilder#listeningChannel} is the only
     * required option}
     */
    public static BalancerBuilder builder() {
        return new BalancerBuilder();
    }

    static Balancer start(BalancerConfig config) {
        BalancerListener listener = new GuardedBalancerListener(config.name(), config.listener());
        ServerSocketChannel listening = ListeningChannel.open(config);
        ReadyTargets ready = new ReadyTargets();
        List<LoopContext> list = new ArrayList<>();
        Balancer balancer;
        try {
            SelfTargetCheck.refuse((InetSocketAddress) listening.getLocalAddress(), config.targets());
        } catch (IOException | IllegalArgumentException e) {
            ListeningChannel.release(config, listening);
            throw e instanceof IllegalArgumentException refused ? refused : new UncheckedIOException((IOException) e);
        }
        try {
            Limits limits = new Limits(config.maxConnections(), config.maxConnectionsPerClient(), config.maxWaiting(),
                    Limits.freeDescriptors());
            for (int i = 0; i < config.loops(); i++) {
                EventLoop loop = new EventLoop(config.name() + "-lb-" + i, Ticker.system());
                list.add(new LoopContext(i, config, listener, listening, loop, limits, ready));
            }
            balancer = new Balancer(config, listener, (InetSocketAddress) listening.getLocalAddress(), limits,
                    new LoopGroup(list, Ticker.system()), ready);
            for (LoopContext context : list) {
                context.loop.whenFailed(balancer.shutdown::loopFailed);
                context.loop.start();
            }
        } catch (IOException | RuntimeException | Error e) { // an Error: no thread could be started
            list.forEach(context -> context.loop.close());
            ListeningChannel.release(config, listening);
            throw new UncheckedIOException(config.name() + ": cannot start an event loop: " + e.getMessage(),
                    e instanceof IOException io ? io : new IOException(e));
        }
        if (!config.targets().isEmpty()) { // a cluster's balancer has none yet; then its start waits for no loop
            balancer.updateTargets(config.targets()).join();
        }
        if (config.listeningChannel().isEmpty()) {
            balancer.loops.first().loop.execute(balancer::startAccepting);
        }
        LOG.info("{}: listens on {} with {} for {}", config.name(), text(balancer.address),
                Plural.of(config.loops(), "loop"), Plural.of(config.targets().size(), "target"));
        return balancer;
    }

    /** {@return the address this balancer listens on, with the actual port, never 0} */
    public InetSocketAddress address() {
        return address;
    }

    /** {@return the configuration} */
    public BalancerConfig config() {
        return config;
    }

    /**
     * Replaces the list of targets. Targets that stay (same id, same address) keep their connections, statistics and
     * health, and so do those that get another id at the same address. Targets missing from the new list are withdrawn:
     * they get no new connection, their keep-alive connections are moved between two requests, other connections
     * continue until they end (see {@link #drain}).
     *
     * @param targets the complete new list with distinct ids; while it is empty, clients wait
     * @return completes when no loop can pick a withdrawn target any more; fails with {@link IllegalStateException} if
     *     the balancer is closed
     * @throws NullPointerException if the list or an element is null
     * @throws IllegalArgumentException if an id occurs twice, or a target has the balancer's own address; nothing has
     *     changed then
     */
    public CompletableFuture<Void> updateTargets(List<Target> targets) {
        List<Target> checked = BalancerBuilder.checked(targets);
        SelfTargetCheck.refuse(address, checked);
        return commands.run(done -> registry.replaceTargets(checked, () -> {
            if (!checked.isEmpty()) {
                startAccepting();
            }
            done.complete(null);
        }));
    }

    /** Begins to accept if it has not begun; on the first loop. */
    private void startAccepting() {
        if (!accepting) {
            accepting = true;
            loops.runOnAll(context -> context.commands.startAccepting());
        }
    }

    /**
     * Drains a withdrawn target: waits until its connections have ended, and cuts those left at the deadline. Does not
     * block; completes at once if the target has no connections or is unknown.
     *
     * @param targetId the id of a target that {@link #updateTargets} has withdrawn, or listed anew at another address
     * @param deadline time from now; zero cuts the connections at once, more than a year means no deadline
     * @return the number of connections cut; fails with {@link IllegalStateException} if the target is still listed, is
     *     listed again before it is drained, or if the balancer is closed
     * @throws NullPointerException if an argument is null
     */
    public CompletableFuture<Integer> drain(String targetId, Duration deadline) {
        Objects.requireNonNull(targetId, "targetId");
        long nanos = nanos(deadline);
        return commands.run(done -> {
            if (registry.isListed(targetId)
                    && registry.withdrawn().stream().noneMatch(b -> b.target().id().equals(targetId))) {
                done.completeExceptionally(new IllegalStateException(
                        "target " + targetId + " is still listed; withdraw it with updateTargets(...) first"));
            } else {
                registry.drains().start(targetId, registry.withdrawn(), nanos, done);
            }
        });
    }

    /** {@return a snapshot of the statistics; cheap} */
    public BalancerStats stats() {
        Counters sum = new Counters();
        long buffered = 0;
        for (LoopContext context : loops.contexts()) {
            sum.add(context.total);
            buffered += context.buffers.kept();
        }
        long accepted = sum.accepted.get();
        return new BalancerStats(accepted, accepted - sum.ended.get(), sum.bytesToTargets.get(),
                sum.bytesToClients.get(), sum.connectFailures.get(), sum.retries.get(), limits.waiting(),
                sum.rejected.get(), registry.ejection().count(), sum.moved.get(), sum.cut.get(),
                sum.unanswered.get(), sum.cutStalled.get(), buffered, registry.stats());
    }

    /**
     * Shuts down gracefully. Stops accepting and closes clients that wait for a target; closes keep-alive connections
     * between two requests, and connections on which no byte has moved after a second. The others continue until they
     * end or the deadline passes; then everything is closed. Does not block.
     *
     * <p>May be called again: the earliest deadline applies, so {@code shutdown(Duration.ZERO)} cuts all connections
     * now. {@link BalancerStats#cut} counts them; {@link #close} cuts them uncounted.
     *
     * @param deadline time from now; more than a year means no deadline
     * @return as {@link #closed}
     * @throws NullPointerException if the deadline is null
     */
    public CompletableFuture<Void> shutdown(Duration deadline) {
        shutdown.begin(nanos(deadline));
        return shutdown.ended();
    }

    /**
     * {@return completes when the balancer has closed, by whatever way; fails with {@link IllegalStateException} if it
     * closed because an event loop failed, for example for lack of memory}
     */
    public CompletableFuture<Void> closed() {
        return shutdown.ended();
    }

    /**
     * Closes all connections now and waits until the loops have ended, at most 10 s for each; idempotent. Does not wait
     * when called on an event loop's thread, for example by a listener.
     */
    @Override
    public void close() {
        shutdown.close();
    }

    /** Converts a deadline to nanoseconds; more than a year means no deadline. */
    private static long nanos(Duration deadline) {
        Objects.requireNonNull(deadline, "deadline");
        return deadline.compareTo(Duration.ofDays(365)) > 0 ? Long.MAX_VALUE : Math.max(0, deadline.toNanos());
    }

    static String text(InetSocketAddress address) {
        if (address.isUnresolved()) {
            return address.getHostString() + ":" + address.getPort();
        }
        String host = address.getAddress().isAnyLocalAddress() ? "*" : address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
