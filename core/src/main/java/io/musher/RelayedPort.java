package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerBuilder;
import io.musher.internal.bind.BindRule;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A common port on which the balancer listens; each worker listens on a port of its own. If the application insists on
 * the common port, its binds are redirected to the worker's own port: not before a worker has failed for that reason,
 * because the agent that does it costs each start of a worker some ten milliseconds.
 */
final class RelayedPort implements CommonPort {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final ClusterConfig config;
    private final Balancer balancer;
    private volatile boolean redirects;

    private RelayedPort(ClusterConfig config, Balancer balancer) {
        this.config = config;
        this.balancer = balancer;
    }

    /** Starts the balancer. */
    static RelayedPort open(ClusterConfig config) {
        BalancerBuilder builder = Balancer.builder().slowStart(config.reloadPolicy().overlap());
        config.strategy().ifPresent(builder::strategy);
        config.proxyProtocol().ifPresent(builder::proxyProtocol);
        config.balancerOptions().forEach(options -> options.accept(builder));
        config.host().ifPresent(builder::host);
        Balancer balancer = builder.name(config.name()).port(config.commonPort().orElseThrow()).start();
        OwnPorts.add(balancer.address(), "the commonPort of cluster " + config.name());
        return new RelayedPort(config, balancer);
    }

    @Override
    public InetSocketAddress address() {
        return balancer.address();
    }

    @Override
    public Optional<Balancer> balancer() {
        return Optional.of(balancer);
    }

    @Override
    public Optional<BindRule> bindRule() {
        return redirects ? Optional.of(new BindRule(BindRule.Kind.REDIRECT, address().getPort())) : Optional.empty();
    }

    @Override
    public boolean learnsFrom(Optional<BindRule> startedWith, String output) {
        if (startedWith.isPresent() || !config.redirectsCommonPort() || !StartFailures.isPortTaken(output)) {
            return false;
        }
        if (!redirects) {
            redirects = true;
            LOG.info("{}: a worker found a port taken, which may be the common port {}, on which the primary listens:"
                    + " from now on the workers' binds of it are redirected to their own ports; an application that"
                    + " listens on WorkerContext.address(), $PORT or $SERVER_PORT starts sooner", config.name(),
                    address().getPort());
        }
        return true;
    }

    @Override
    public void close() {
        OwnPorts.remove(balancer.address().getPort());
        balancer.close();
    }

    @Override
    public String describe() {
        return "port " + address().getPort();
    }
}
