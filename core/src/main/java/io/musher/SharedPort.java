package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.loop.BindAdvice;
import io.musher.internal.bind.BindRule;
import io.musher.internal.bind.SharedListener;
import io.musher.internal.process.os.InheritedListener;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A common port on which the primary listens and the workers accept: they share one listening socket, whose queue is
 * the primary's, so that no connection is lost when a worker ends.
 */
final class SharedPort implements CommonPort {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final AtomicBoolean HINTED = new AtomicBoolean();

    private final SharedListener listener;
    private final Optional<InheritedListener> inherited;

    private SharedPort(SharedListener listener, Optional<InheritedListener> inherited) {
        this.listener = listener;
        this.inherited = inherited;
    }

    /** {@return why workers cannot share a listener here; empty if they can} */
    static Optional<String> obstacle(ClusterConfig config) {
        Optional<String> obstacle = SharedListener.unsupported();
        if (obstacle.isEmpty()) {
            if (!SharedListener.isNativeAccessEnabled() && HINTED.compareAndSet(false, true)) {
                LOG.info("{}: the primary passes its listening socket to the workers by native functions, about which"
                        + " this Java prints a warning; start the primary with --enable-native-access={} to allow it",
                        config.name(), module());
            }
            obstacle = SharedListener.denied();
        }
        return obstacle;
    }

    /**
     * Listens on the port, or takes the inherited listener.
     *
     * @throws IOException if another program has it, or another cluster
     */
    static SharedPort open(ClusterConfig config) throws IOException {
        if (config.inheritsListener()) {
            InheritedListener inherited = InheritedListener.claim(config.name(), config.commonPort());
            try {
                return new SharedPort(SharedListener.inherit(inherited.address(), config.name() + "-listener"),
                        Optional.of(inherited));
            } catch (IOException | RuntimeException | Error e) {
                inherited.close();
                throw e;
            }
        }
        int port = config.commonPort().orElseThrow();
        String thread = config.name() + "-listener";
        try {
            return new SharedPort(config.host().isPresent()
                    ? SharedListener.open(new InetSocketAddress(config.host().get(), port), thread)
                    : SharedListener.openWhereBound(port, thread, where -> LOG.info("{}: the application binds port {}"
                            + " of {} only, so the cluster listens there and not on all addresses any more",
                            config.name(), where.getPort(), where.getAddress().getHostAddress())),
                    Optional.empty());
        } catch (BindException e) {
            BindException failure = new BindException("cannot listen on " + config.host().map(host -> host + ":")
                    .orElse("port ") + port + ": " + e.getMessage() + "; "
                    + BindAdvice.ofShared(port, e));
            failure.initCause(e);
            throw failure;
        }
    }

    private static String module() {
        String name = SharedListener.class.getModule().getName();
        return name == null ? "ALL-UNNAMED" : name;
    }

    @Override
    public InetSocketAddress address() {
        return listener.address();
    }

    @Override
    public Optional<Balancer> balancer() {
        return Optional.empty();
    }

    @Override
    public Optional<BindRule> bindRule() {
        return Optional.of(listener.rule());
    }

    @Override
    public void close() {
        listener.close();
        inherited.ifPresent(InheritedListener::close);
    }

    @Override
    public String describe() {
        return "port " + address().getPort() + " shared by the kernel (one listener"
                + (inherited.isPresent() ? ", inherited)" : ")");
    }
}
