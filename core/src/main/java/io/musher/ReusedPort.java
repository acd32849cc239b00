package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.bind.BindHook;
import io.musher.internal.bind.BindRule;
import io.musher.internal.process.os.PortHolder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A common port on which each worker listens with a socket of its own, by {@code SO_REUSEPORT}; the kernel chooses the
 * worker of a connection. The primary holds the port and does not listen. An application that wants all addresses where
 * the cluster has a host is redirected to that, not before a worker has failed for that reason, as in {@link
 * RelayedPort}.
 */
final class ReusedPort implements CommonPort {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);

    /** Whether the kernel moves waiting connections from a closed listener to another; missing before Linux 5.14. */
    private static final Path MIGRATION = Path.of("/proc/sys/net/ipv4/tcp_migrate_req");
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private final String cluster;
    private final PortHolder holder;
    private final AtomicBoolean warnedOfPause = new AtomicBoolean();
    private volatile boolean redirects;

    private ReusedPort(String cluster, PortHolder holder) {
        this.cluster = cluster;
        this.holder = holder;
    }

    /**
     * Takes the port.
     *
     * @throws IOException if another program has it, or another cluster
     */
    static ReusedPort open(ClusterConfig config) throws IOException {
        ReusedPort port = new ReusedPort(config.name(),
                PortHolder.hold(config.host(), config.commonPort().orElseThrow()));
        if (!migratesConnections() && WARNED.compareAndSet(false, true)) {
            OPERATOR.warn("{}: scheduling KERNEL: clients that wait in the queue of a worker are reset when it stops,"
                    + " because net.ipv4.tcp_migrate_req is off; to have them served by another worker:"
                    + " sysctl net.ipv4.tcp_migrate_req=1", config.name());
        }
        return port;
    }

    private static boolean migratesConnections() {
        try {
            return Files.readAllLines(MIGRATION).get(0).trim().equals("1");
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    @Override
    public InetSocketAddress address() {
        return holder.address();
    }

    @Override
    public Optional<Balancer> balancer() {
        return Optional.empty();
    }

    @Override
    public Optional<BindRule> bindRule() {
        return Optional.of(new BindRule(BindRule.Kind.REUSE_PORT, address().getPort(),
                redirects ? Optional.of(address().getAddress().getHostAddress()) : Optional.empty()));
    }

    @Override
    public boolean learnsFrom(Optional<BindRule> startedWith, String output) {
        if (startedWith.flatMap(BindRule::primary).isPresent() || !BindHook.needsHost(output)) {
            return false;
        }
        if (!redirects) {
            redirects = true;
            LOG.info("{}: the application binds port {} of all addresses: from now on the workers bind it on {} only,"
                    + " the host of the cluster; an application that binds that address, which is in MUSHER_HOST and"
                    + " SERVER_ADDRESS, starts sooner", cluster, address().getPort(),
                    address().getAddress().getHostAddress());
        }
        return true;
    }

    @Override
    public void notReady(String worker) {
        if (warnedOfPause.compareAndSet(false, true)) {
            OPERATOR.warn(
                    "{}: {} called notReady(), but clients go on reaching it while it listens: by SO_REUSEPORT the"
                            + " kernel chooses the worker, and knows nothing of readiness; let the application close"
                            + " its listener meanwhile, or use the shared listener (worker JVMs on Java 22 or newer),"
                            + " where a worker that is not ready accepts nothing, or Scheduling.RELAY",
                    cluster, worker);
        }
    }

    @Override
    public void close() {
        holder.close();
    }

    @Override
    public String describe() {
        return "port " + address().getPort() + " shared by the kernel (SO_REUSEPORT)";
    }
}
