package io.musher.internal.bind;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.bind.UnixDatagramSocket.Datagram;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;

/**
 * Gives the application of a worker the {@link SharedListener} of the primary when it binds the common port: asks the
 * primary for the listener, and puts it where the socket of the application was, before the application listens. Other
 * sockets are left alone. Thread-safe.
 */
final class SharedListenerHook implements BiPredicate<FileDescriptor, InetSocketAddress> {

    private static final int TIMEOUT_SECONDS = 10;

    private final BindRule rule;
    /** The address of the common port as configured. */
    private final InetAddress host;
    private final NetCalls calls;
    /** Prepared while the application starts, because it takes a while. */
    private final FutureTask<NativeSockets> prepared = new FutureTask<>(NativeSockets::new);
    /** The sockets that became the listener; weak, because the JDK closes sockets that are not reachable any more. */
    private final Map<FileDescriptor, Boolean> shared = new WeakHashMap<>();
    private final List<AcceptPause> pauses = new ArrayList<>();
    /** A descriptor of the listener; -1 before the first bind. */
    private int listener = -1;
    private long cookie;

    private SharedListenerHook(BindRule rule, InetAddress host, NetCalls calls) {
        this.rule = rule;
        this.host = host;
        this.calls = calls;
    }

    /**
     * Installs the hook in this JVM, for its life.
     *
     * @param host the address of the common port as configured
     * @throws IllegalStateException if this JDK does not have what the hook needs
     */
    static SharedListenerHook install(BindRule rule, InetAddress host, Instrumentation instrumentation)
            throws ReflectiveOperationException, IOException {
        NetCalls calls = new NetCalls(instrumentation);
        SharedListenerHook hook = new SharedListenerHook(rule, host, calls);
        try {
            calls.redirect(hook);
        } catch (UnmodifiableClassException e) {
            throw new IllegalStateException("cannot change classes of the JDK", e);
        }
        Thread thread = new Thread(hook.prepared, "musher-listener");
        thread.setDaemon(true);
        thread.start();
        return hook;
    }

    /**
     * Takes over a bind of the common port, and the listen of a socket that became the listener, which would shorten
     * the queue of all.
     *
     * @param address where the socket is to be bound; null if it is to listen
     */
    @Override
    public synchronized boolean test(FileDescriptor socket, @Nullable InetSocketAddress address) {
        if (address == null) {
            return shared.containsKey(socket);
        } else if (address.getPort() != rule.commonPort()
                || !ReusePortAction.isServer(new Throwable().getStackTrace())) {
            return false;
        }
        try {
            become(socket, address);
            return true;
        } catch (IOException e) {
            throw NetCalls.<RuntimeException>undeclared(e); // the caller's caller declares it
        }
    }

    private void become(FileDescriptor socket, InetSocketAddress wanted) throws IOException {
        NativeSockets sockets = sockets();
        if (listener < 0) {
            listener = ask(sockets, wanted.getAddress());
            cookie = sockets.cookie(listener);
        }
        InetAddress where = sockets.address(listener).getAddress();
        for (FileDescriptor other : shared.keySet()) {
            if (sockets.cookie(calls.number(other)) == cookie
                    && ReusePortAction.overlap(where, wanted.getAddress())) {
                throw new BindException("Address already in use" + ReusePortAction.ALREADY_HERE + rule.commonPort()
                        + " already");
            }
        }
        new CommonAddress(where).checkShared(wanted, host.isAnyLocalAddress());
        sockets.duplicate(listener, calls.number(socket));
        shared.put(socket, true);
    }

    /** Keeps the application from accepting connections until {@link #resume}, if it listens. */
    synchronized void pause() throws IOException {
        for (FileDescriptor socket : shared.keySet()) {
            int descriptor = calls.number(socket);
            if (sockets().cookie(descriptor) == cookie) {
                pauses.add(new AcceptPause(sockets(), listener, descriptor));
            }
        }
    }

    /** Ends what {@link #pause} began. */
    synchronized void resume() throws IOException {
        for (AcceptPause each : pauses) {
            each.end();
        }
        pauses.clear();
    }

    private NativeSockets sockets() throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return prepared.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw new IOException("port " + rule.commonPort() + ": this worker cannot call native functions ("
                    + e.getCause() + "); use Scheduling.RELAY, or remove --illegal-native-access from its flags", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * {@return a descriptor of the primary's listener, which may have moved to where this application binds}
     *
     * @throws BindException if the primary says why it cannot, or says nothing in time
     */
    private int ask(NativeSockets sockets, InetAddress wanted) throws IOException {
        try (UnixDatagramSocket datagrams = sockets.openDatagrams()) {
            datagrams.setTimeout(TIMEOUT_SECONDS);
            String primary = rule.primary().orElseThrow();
            datagrams.send(primary, wanted);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
            while (System.nanoTime() - deadline < 0) {
                Datagram answer = datagrams.receive();
                boolean ofPrimary = answer.uid() == sockets.user() && answer.sender().equals(primary);
                if (ofPrimary && answer.descriptor() >= 0) {
                    return answer.descriptor();
                } else if (ofPrimary) {
                    throw new BindException("port " + rule.commonPort() + ": " + answer.text());
                } else if (answer.descriptor() >= 0) {
                    sockets.close(answer.descriptor()); // of a stranger
                }
            }
            throw new IOException("other processes answered");
        } catch (BindException e) {
            throw e;
        } catch (IOException e) {
            throw new BindException("port " + rule.commonPort() + ": the primary, which listens there, has not passed"
                    + " its listener within " + TIMEOUT_SECONDS + " s: " + e.getMessage());
        }
    }
}
