package io.musher.balancer;

import io.musher.balancer.loop.LogThrottle;
import io.musher.balancer.loop.OperatorLog;
import java.net.InetSocketAddress;

/** Listener of the command line program: logs rejected clients, which the balancer itself only counts. */
final class RejectionLogger implements BalancerListener {

    private static final OperatorLog OPERATOR = new OperatorLog(BalancerMain.class);

    private final LogThrottle rejections = new LogThrottle();

    @Override
    public void rejected(InetSocketAddress client, String why) {
        if (!why.equals(LoopContext.STOPS) && rejections.isDue(System.nanoTime())) {
            OPERATOR.warn("balancer: client {} was closed without service: {} (said once in 10 s)",
                    client == null ? "(gone)" : client.getAddress().getHostAddress(), why);
        }
    }
}
