package io.musher.balancer;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Map;

/**
 * Enables TCP keep-alive, so that the kernel detects a peer that vanished without closing (power, cable, firewall):
 * probes begin after 60 s of silence and follow every 15 s; the eighth without an answer ends the connection. Where the
 * JDK does not support these options, the system's defaults apply (Linux: two hours).
 */
final class TcpKeepAlive {

    private static final Map<String, Integer> VALUES = Map.of("TCP_KEEPIDLE", 60, "TCP_KEEPINTERVAL", 15,
            "TCP_KEEPCOUNT", 8);

    private TcpKeepAlive() {}

    static void enable(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        for (SocketOption<?> option : channel.supportedOptions()) { // JDK-specific options, absent from the Java SE API
            Integer figure = VALUES.get(option.name());
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
