package io.musher.balancer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * A port that is bound but does not listen: connects are refused, nobody else gets it, and we can listen on it any
 * time.
 */
final class HeldPort implements AutoCloseable {

    private final SocketChannel holder;
    private final InetSocketAddress address;

    HeldPort() {
        this("127.0.0.1");
    }

    HeldPort(String host) {
        this(host, 0);
    }

    HeldPort(String host, int port) {
        try {
            holder = SocketChannel.open();
            holder.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            holder.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            address = (InetSocketAddress) holder.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    InetSocketAddress address() {
        return address;
    }

    Target as(String id) {
        return new Target(id, address);
    }

    ServerSocket listen() throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(address, 1024);
        return server;
    }

    @Override
    public void close() throws IOException {
        holder.close();
    }
}
