package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.bind.BindRule;
import io.musher.internal.process.os.PortHolder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A common port on which each worker listens with a socket of its own, by {@code SO_REUSEPORT}; the kernel chooses the
 * worker of a connection. The primary holds the port and does not listen.
 */
final class ReusedPort implements CommonPort {

    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);

    /** Whether the kernel moves waiting connections from a closed listener to another; missing before Linux 5.14. */
    private static final Path MIGRATION = Path.of("/proc/sys/net/ipv4/tcp_migrate_req");
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private final PortHolder holder;

    private ReusedPort(PortHolder holder) {
        this.holder = holder;
    }

    /**
     * Takes the port.
     *
     * @throws IOException if another program has it, or another cluster
     */
    static ReusedPort open(ClusterConfig config) throws IOException {
        ReusedPort port = new ReusedPort(PortHolder.hold(config.host(), config.commonPort().orElseThrow()));
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
        return Optional.of(new BindRule(BindRule.Kind.REUSE_PORT, address().getPort()));
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
