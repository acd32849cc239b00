package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerBuilder;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Ticker;
import io.musher.internal.ipc.ChannelServer;
import io.musher.internal.process.Spawner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * What a cluster consists of besides its workers: opened together, closed together in reverse order.
 *
 * @param control the loop everything else reports to
 * @param channels where workers join
 * @param balancer the common port, if there is one
 * @param spawner starts processes
 * @param events delivers events
 * @param callbacks completes users' futures
 */
record Parts(EventLoop control, ChannelServer channels, Optional<Balancer> balancer, Spawner spawner, Events events,
        Callbacks callbacks) {

    private static final long JOIN_MILLIS = 5_000;

    /** Opens everything, or nothing. */
    static Parts open(ClusterConfig config) throws IOException {
        EventLoop control = new EventLoop(config.name() + "-control", Ticker.system());
        ChannelServer channels = null;
        try {
            channels = ChannelServer.open(config.name(), control, config.maxFrame());
            Optional<Balancer> balancer = balancer(config);
            control.start();
            Events events = new Events(config.name(), control);
            new SlowListeners(events, control);
            events.start();
            return new Parts(control, channels, balancer, new Spawner(config.name(), config.output()), events, callbacks(config, control));
        } catch (IOException | UncheckedIOException e) {
            if (channels != null) {
                control.execute(channels::close);
            }
            control.start();
            control.close();
            throw e;
        }
    }

    private static Callbacks callbacks(ClusterConfig config, EventLoop control) {
        return new Callbacks(config.name() + "-callbacks", (task, nanos) -> control.execute(() -> control.schedule(nanos, task)));
    }

    private static Optional<Balancer> balancer(ClusterConfig config) {
        if (config.commonPort().isEmpty()) {
            return Optional.empty();
        }
        BalancerBuilder builder = Balancer.builder();
        config.strategy().ifPresent(builder::strategy);
        config.proxyProtocol().ifPresent(builder::proxyProtocol);
        config.balancerOptions().forEach(options -> options.accept(builder));
        config.host().ifPresent(builder::host);
        return Optional.of(builder.name(config.name()).port(config.commonPort().getAsInt()).start());
    }

    /** Closes everything; on no thread of the cluster's own. */
    void close() {
        balancer.ifPresent(Balancer::close);
        spawner.close();
        try {
            control.execute(channels::close);
        } catch (RejectedExecutionException e) {
            return; // closed before
        }
        control.close();
        control.join(JOIN_MILLIS);
    }
}
