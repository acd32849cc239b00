package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerBuilder;
import io.musher.internal.bind.BindRule;
import java.net.InetSocketAddress;
import java.util.Optional;

/** A common port on which the balancer listens; each worker listens on a port of its own. */
final class RelayedPort implements CommonPort {

    private final Balancer balancer;

    private RelayedPort(Balancer balancer) {
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
        return new RelayedPort(balancer);
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
        return Optional.empty();
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
