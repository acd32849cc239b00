package io.musher.internal.bind;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.bind.UnixDatagramSocket.Datagram;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Listens on the common port on behalf of all workers: the primary never accepts, and passes its listening socket to
 * workers that ask for it, which accept from the one queue of the kernel. So no connection is lost when a worker ends,
 * and connections wait while there is none.
 *
 * <p>A worker asks by a datagram to a Unix socket without a file; the kernel says of which user it is, and only
 * processes of the same user get the listener. The answer is sent by a thread of its own, which neither waits for
 * workers nor keeps anything of them. If no address is configured, the first application that binds the port decides
 * where the listener is: none listens on more addresses than it binds.
 *
 * <p>Thread-safe. Needs Java 22 or newer on Linux.
 */
public final class SharedListener implements AutoCloseable {

    static final String CANNOT_MOVE = "the primary cannot listen on ";

    /** Connections that may wait; the kernel has a limit of its own, {@code net.core.somaxconn}. */
    private static final int BACKLOG = 4096;

    private static final long PAUSE_NANOS = 10_000_000;

    private static @Nullable NativeSockets prepared;

    private final NativeSockets sockets;
    private final UnixDatagramSocket requests;
    /** As configured, with the port as bound. */
    private final InetSocketAddress address;
    private final String name;
    private final Thread thread;
    private volatile boolean closed;

    /** Owned by the thread, after its end by {@link #close}. */
    private int listener;
    /** Hears where the listener has moved; null once it has been passed, and if it does not move. */
    private @Nullable Consumer<InetSocketAddress> moved;

    private SharedListener(NativeSockets sockets, int listener, UnixDatagramSocket requests,
            InetSocketAddress address, String threadName, @Nullable Consumer<InetSocketAddress> moved)
            throws IOException {
        this.sockets = sockets;
        this.listener = listener;
        this.requests = requests;
        this.address = new InetSocketAddress(address.getAddress(), sockets.address(listener).getPort());
        this.moved = moved;
        this.name = requests.name();
        this.thread = new Thread(this::serve, threadName);
        thread.setDaemon(true);
    }

    /** {@return why workers cannot share a listener on this machine with this Java; empty if they can} */
    public static Optional<String> unsupported() {
        return NativeFunctions.missing().or(NetCalls::missing);
    }

    /** {@return why this Java does not allow it; empty if it does, perhaps with a warning} */
    public static Optional<String> denied() {
        try {
            sockets();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    private static synchronized NativeSockets sockets() throws IOException {
        NativeSockets present = prepared;
        if (present == null) {
            try {
                present = new NativeSockets();
            } catch (ReflectiveOperationException e) {
                throw new IOException("this Java denies native access (" + (e.getCause() == null ? e : e.getCause())
                        + "); allow it by --enable-native-access", e);
            }
            prepared = present;
        }
        return present;
    }

    /** {@return whether this Java allows Musher to call native functions without printing a warning} */
    public static boolean isNativeAccessEnabled() {
        return NativeFunctions.isEnabled();
    }

    /**
     * Listens.
     *
     * @param address port 0 is any free port
     * @param threadName of the thread that answers workers
     * @throws IOException if the port is taken, or this Java denies native access
     */
    public static SharedListener open(InetSocketAddress address, String threadName) throws IOException {
        NativeSockets sockets = sockets();
        return share(sockets, sockets.listen(address, BACKLOG), address, threadName, null);
    }

    /**
     * Listens on all addresses until the first application binds the port, and then where that binds it. If that is not
     * all addresses, connections that came before are reset.
     *
     * @param port 0 is any free port
     * @param threadName of the thread that answers workers
     * @param moved is called on that thread with the address if that is not all addresses
     * @throws IOException if the port is taken, or this Java denies native access
     */
    public static SharedListener openWhereBound(int port, String threadName, Consumer<InetSocketAddress> moved)
            throws IOException {
        NativeSockets sockets = sockets();
        InetSocketAddress all = new InetSocketAddress(port);
        return share(sockets, sockets.listen(all, BACKLOG), all, threadName, moved);
    }

    /**
     * Shares a listening socket that this process has as descriptor 0, which stays open.
     *
     * @param address where it is bound
     * @param threadName of the thread that answers workers
     * @throws IOException if descriptor 0 is not that socket any more, or this Java denies native access
     */
    public static SharedListener inherit(InetSocketAddress address, String threadName) throws IOException {
        NativeSockets sockets = sockets();
        int listener = sockets.copy(0);
        try {
            if (sockets.address(listener).getPort() != address.getPort()) {
                throw new IOException("it is another socket");
            }
        } catch (IOException e) {
            sockets.close(listener);
            throw new IOException("descriptor 0 of this process was the inherited listener on port "
                    + address.getPort() + ", and is not any more (" + e.getMessage() + "): do not close System.in", e);
        }
        return share(sockets, listener, address, threadName, null);
    }

    private static SharedListener share(NativeSockets sockets, int listener, InetSocketAddress address,
            String threadName, @Nullable Consumer<InetSocketAddress> moved) throws IOException {
        UnixDatagramSocket requests = null;
        try {
            requests = sockets.openDatagrams();
            SharedListener shared = new SharedListener(sockets, listener, requests, address, threadName,
                    moved);
            shared.thread.start();
            return shared;
        } catch (IOException | RuntimeException | Error e) {
            sockets.close(listener);
            if (requests != null) {
                requests.close();
            }
            throw e;
        }
    }

    /** {@return the address as configured, with the port as bound} */
    public InetSocketAddress address() {
        return address;
    }

    /** {@return what a worker does when its application binds the port} */
    public BindRule rule() {
        return new BindRule(BindRule.Kind.SHARED_LISTENER, address.getPort(), Optional.of(name));
    }

    private void serve() {
        int user = sockets.user();
        while (!closed) {
            try {
                Datagram request = requests.receive();
                if (request.descriptor() >= 0) {
                    sockets.close(request.descriptor());
                }
                if (request.uid() == user && !request.sender().isEmpty()) {
                    answer(request.sender(), request.address());
                }
            } catch (IOException | RuntimeException e) {
                LockSupport.parkNanos(PAUSE_NANOS); // out of memory, perhaps
            }
        }
        requests.close();
    }

    private void answer(String worker, Optional<InetAddress> wanted) throws IOException {
        Consumer<InetSocketAddress> observer = moved;
        if (observer != null) {
            try {
                if (wanted.isEmpty() || wanted.get().isAnyLocalAddress()) {
                    sockets.listen(listener, BACKLOG); // which a move that failed may have ended
                    observer = null;
                } else {
                    moveTo(wanted.get());
                }
            } catch (IOException e) {
                requests.send(worker, String.valueOf(e.getMessage()));
                return;
            }
            moved = null;
        }
        try {
            requests.pass(worker, listener);
        } catch (IOException e) {
            // of a worker that is gone: it did not wait for the answer
        }
        if (observer != null) {
            observer.accept(sockets.address(listener));
        }
    }

    /** Listens at one address instead of all; while it does neither, it still has the port bound. */
    private void moveTo(InetAddress wanted) throws IOException {
        try {
            // at any port: if that fails, the clients that wait need not be reset
            sockets.close(sockets.listen(new InetSocketAddress(wanted, 0), 1));
            // also for a child just forked, which has the descriptor until it is a program
            sockets.endListening(listener);
            int elsewhere = sockets.listen(new InetSocketAddress(wanted, address.getPort()), BACKLOG);
            sockets.close(listener);
            listener = elsewhere;
        } catch (IOException e) {
            IOException failure = new BindException(CANNOT_MOVE + wanted.getHostAddress()
                    + " for this application: " + e.getMessage() + "; let the application bind an address of this"
                    + " machine where no other program has port " + address.getPort() + ", or all addresses");
            failure.initCause(e);
            try {
                sockets.listen(listener, BACKLOG);
            } catch (IOException again) {
                failure.addSuppressed(again);
            }
            throw failure;
        }
    }

    /**
     * Closes this process's descriptor of the listener: unless another process has it, connections that no worker has
     * accepted are reset once all workers have ended.
     */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            requests.shutdown();
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            sockets.close(listener); // not while the thread may pass it: its number may be another file's then
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
