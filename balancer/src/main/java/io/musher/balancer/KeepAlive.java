package io.musher.balancer;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Map;

/**
 * Has the kernel test connections on which nothing moves, so that a peer that has vanished without a word (power, cable, firewall) is noticed:
 * after a minute of silence, every 15 s; the eighth test without an answer ends the connection. Where a system cannot be told these
 * figures, its own apply (Linux: two hours).
 */
final class KeepAlive {

    private static final Map<String, Integer> FIGURES = Map.of("TCP_KEEPIDLE", 60, "TCP_KEEPINTERVAL", 15, "TCP_KEEPCOUNT", 8);

    private KeepAlive() { }

    static void enable(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        for (SocketOption<?> option : channel.supportedOptions()) { // these belong to the JDK, but to no package of Java SE
            Integer figure = FIGURES.get(option.name());
            if (figure != null) {
                set(channel, option, figure);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static void set(SocketChannel channel, SocketOption<?> option, Integer value) throws IOException {
        channel.setOption((SocketOption<Integer>) option, value);
    }
}
