package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerBuilder;
import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.bind.BindRule;
import io.musher.internal.process.os.InheritedListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A common port on which the balancer listens; each worker listens on a port of its own. If the application insists on
 * the common port, its binds are redirected to the worker's own port: unless the user asks for it, not before a worker
 * has failed for that reason, because the agent that does it costs each start of a worker some ten milliseconds.
 */
final class RelayedPort implements CommonPort {

    /** What a worker printed of the port, such as a stack trace, is visible without a log, too. */
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);

    private final ClusterConfig config;
    private final Balancer balancer;
    private final Optional<InheritedListener> inherited;
    private volatile boolean redirects;

    private RelayedPort(ClusterConfig config, Balancer balancer, Optional<InheritedListener> inherited) {
        this.config = config;
        this.balancer = balancer;
        this.inherited = inherited;
        this.redirects = config.redirection().orElse(false);
    }

    /**
     * Starts the balancer.
     *
     * @throws IOException if a listener is to be inherited and there is none
     */
    static RelayedPort open(ClusterConfig config) throws IOException {
        if (!config.inheritsListener()) {
            BalancerBuilder builder = builder(config).port(config.commonPort().orElseThrow());
            config.host().ifPresent(builder::host);
            return started(config, builder, Optional.empty());
        }
        InheritedListener inherited = InheritedListener.claim(config.name(), config.commonPort());
        try {
            return started(config, builder(config).listeningChannel(inherited.channel()), Optional.of(inherited));
        } catch (RuntimeException | Error e) {
            inherited.close();
            throw e;
        }
    }

    private static BalancerBuilder builder(ClusterConfig config) {
        BalancerBuilder builder = Balancer.builder().slowStart(config.reloadPolicy().overlap());
        config.strategy().ifPresent(builder::strategy);
        config.proxyProtocol().ifPresent(builder::proxyProtocol);
        config.balancerOptions().forEach(options -> options.accept(builder));
        return builder.name(config.name());
    }

    private static RelayedPort started(ClusterConfig config, BalancerBuilder builder,
            Optional<InheritedListener> inherited) {
        Balancer balancer = builder.start();
        OwnPorts.add(balancer.address(), "the commonPort of cluster " + config.name());
        return new RelayedPort(config, balancer, inherited);
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
        return redirects ? Optional.of(new BindRule(BindRule.Kind.REDIRECT, address().getPort(),
                Optional.of(address().getAddress().getHostAddress()))) : Optional.empty();
    }

    @Override
    public boolean learnsFrom(Optional<BindRule> startedWith, String output) {
        if (startedWith.isPresent() || !config.redirectsCommonPort() || !StartFailures.isPortTaken(output)) {
            return false;
        }
        if (!redirects) {
            redirects = true;
            OPERATOR.warn(
                    "{}: a worker found a port taken, which may be the common port {}, on which the primary listens:"
                            + " from now on the workers' binds of it are redirected to their own ports; an application"
                            + " that listens on WorkerContext.address(), $PORT or $SERVER_PORT starts sooner",
                    config.name(),
                    address().getPort());
        }
        return true;
    }

    @Override
    public void close() {
        OwnPorts.remove(balancer.address().getPort());
        balancer.close();
        inherited.ifPresent(InheritedListener::close);
    }

    @Override
    public String describe() {
        return "port " + address().getPort() + (inherited.isPresent() ? " (inherited)" : "")
                + (redirects ? ", workers' binds of it redirected to their own ports" : "");
    }
}
