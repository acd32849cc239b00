package io.musher.balancer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A listener that never accepts and whose backlog is full: connects to it are neither taken nor refused. */
public final class BlackHole implements AutoCloseable {

    private final ServerSocket server;
    private final List<Socket> fillers = new ArrayList<>();

    public BlackHole() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        while (fill()) {
            if (fillers.size() > 100) {
                close();
                throw new IOException("the backlog does not fill up");
            }
        }
    }

    private boolean fill() throws IOException {
        Socket socket = new Socket();
        fillers.add(socket);
        try {
            socket.connect(server.getLocalSocketAddress(), 200);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    Target as(String id) {
        return new Target(id, address());
    }

    /** Empties the backlog, once. */
    public void makeRoom() throws IOException {
        for (int i = 1; i < fillers.size(); i++) { // all but the last, for which there was no room
            server.accept().close();
        }
    }

    /** Accepts at last; returns the first connection that sends a byte, which has been read. */
    Socket accept() throws IOException {
        for (Socket filler : fillers) {
            filler.close();
        }
        while (true) {
            Socket socket = server.accept();
            if (socket.getInputStream().read() >= 0) {
                return socket;
            }
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket filler : fillers) {
            filler.close();
        }
        server.close();
    }
}
