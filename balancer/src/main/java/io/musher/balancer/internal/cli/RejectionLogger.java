package io.musher.balancer.internal.cli;

import io.musher.balancer.BalancerListener;
import io.musher.balancer.loop.LogThrottle;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;
import java.net.InetSocketAddress;

/** Listener of the command line program: logs rejected clients, which the balancer itself only counts. */
final class RejectionLogger implements BalancerListener {

    private static final OperatorLog OPERATOR = new OperatorLog(BalancerMain.class);

    private final LogThrottle rejections = new LogThrottle();
    private volatile boolean stopped;

    /** Ends the logging: clients rejected because the balancer stops are expected. */
    void stop() {
        stopped = true;
    }

    @Override
    public void rejected(@Nullable InetSocketAddress client, String why) {
        if (!stopped && rejections.isDue(System.nanoTime())) {
            OPERATOR.warn("balancer: client {} was closed without service: {} (logged at most once in 10 s)",
                    client == null ? "(gone)" : client.getAddress().getHostAddress(), why);
        }
    }
}
