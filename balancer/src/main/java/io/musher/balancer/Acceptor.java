package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/**
 * Accepts client connections on one event loop. All loops register the same listening channel; the kernel distributes
 * the connections.
 *
 * <p>When descriptors run out, or only the reserve for the rest of the program is left, accepting pauses for 50 ms at a
 * time: new clients wait in the kernel's backlog, the loop does not spin, open connections continue.
 */
final class Acceptor implements EventLoop.Handler {

    private static final Log LOG = Log.of(Balancer.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Balancer.class);
    private static final int ACCEPTS_PER_TURN = 16;
    private static final int BACKLOG_TURNS = 1024; // bounds the time a flood of new clients can take
    private static final long PAUSE = 50_000_000;
    private static final long RESUME_LOG_DELAY = 1_000_000_000;

    private final String name;
    private final EventLoop loop;
    private final Limits limits;
    private final Consumer<SocketChannel> accepted;
    private final ServerSocketChannel listening;
    private final boolean owned;
    private final @Nullable BlockingGuard guard;
    private final BalancerListener listener;
    private @Nullable SelectionKey key;
    private boolean paused;
    private long pausedAt;
    private boolean stopped;

    /**
     * Creates the acceptor of a loop.
     *
     * @param owned whether the listening channel is the balancer's, to be closed when accepting ends; another process
     *     accepts the clients in the queue of one that is not
     * @param guard null for a channel of this process alone
     * @param accepted takes over the channel of each client
     */
    Acceptor(String name, EventLoop loop, Limits limits, ServerSocketChannel listening, boolean owned,
            @Nullable BlockingGuard guard, BalancerListener listener, Consumer<SocketChannel> accepted) {
        this.name = name;
        this.loop = loop;
        this.limits = limits;
        this.accepted = accepted;
        this.listening = listening;
        this.owned = owned;
        this.guard = guard;
        this.listener = listener;
    }

    void start() {
        if (stopped) {
            return;
        }
        try {
            key = loop.register(listening, SelectionKey.OP_ACCEPT, this);
        } catch (IOException e) {
            LOG.debug("{}: closed before it accepted any client", name, e);
        }
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        accept();
    }

    @Override
    public boolean ownsChannel() {
        return owned;
    }

    /**
     * Accepts a batch of clients.
     *
     * @return whether there may be more
     */
    private boolean accept() throws IOException {
        BlockingGuard blocking = guard != null && guard.isBlocking() ? guard : null;
        if (blocking != null && !blocking.isFirst()) {
            holdBack();
            return false;
        }
        for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
            if (!limits.hasDescriptors()) {
                pause("the last descriptors are reserved for the rest of the program");
                return false;
            }
            if (blocking != null && !blocking.hasClient()) {
                return false;
            }
            SocketChannel client = listening.accept();
            if (client == null) {
                return false;
            }
            accepted.accept(client);
        }
        return true;
    }

    /** Pauses after a failed accept: usually no descriptor is left, and in any case an immediate retry would spin. */
    @Override
    public void failed(Throwable failure) {
        if (listening.isOpen()) { // else another loop has closed the channel
            pause(String.valueOf(failure.getMessage()));
        }
    }

    private void pause(String why) {
        if (stopped) {
            return;
        }
        pausedAt = loop.now();
        if (!paused) {
            paused = true;
            OPERATOR.warn(
                    "{}: accepting is paused, probably out of descriptors ({}); new clients wait in the kernel's"
                            + " backlog,"
                            + " open connections continue",
                    name, why);
            listener.acceptPaused();
            loop.schedule(RESUME_LOG_DELAY, this::resumeAfterPause);
        }
        holdBack();
    }

    /** Lets clients wait in the queue for a while. */
    private void holdBack() {
        SelectionKey registered = key;
        if (registered == null || !registered.isValid()) {
            return; // another loop has closed the channel
        }
        registered.interestOps(0);
        loop.schedule(PAUSE, () -> {
            if (!stopped && registered.isValid()) {
                registered.interestOps(SelectionKey.OP_ACCEPT);
            }
        });
    }

    /**
     * Reports that accepting has resumed, after 1 s without a pause, so that clients coming and going at the limit do
     * not fill the log.
     */
    private void resumeAfterPause() {
        if (stopped) {
            return;
        }
        long calm = loop.now() - pausedAt;
        if (calm < RESUME_LOG_DELAY) {
            loop.schedule(RESUME_LOG_DELAY - calm, this::resumeAfterPause);
            return;
        }
        paused = false;
        OPERATOR.info("{}: accepting has resumed", name);
        listener.acceptResumed();
    }

    /**
     * Stops accepting and closes the listening channel if it is owned; with {@code backlog}, first accepts the clients
     * queued in the kernel, which the close would reset.
     */
    void stop(boolean backlog) {
        if (stopped) {
            return;
        }
        stopped = true;
        try {
            for (int i = 0; backlog && owned && key != null && i < BACKLOG_TURNS && accept(); i++) {}
        } catch (IOException e) {
            LOG.debug("{}: clients in the kernel's backlog were not accepted", name, e);
        }
        if (paused) {
            paused = false;
            listener.acceptResumed();
        }
        if (guard != null) {
            guard.close();
        }
        if (owned || key != null) {
            loop.discard(listening, key);
        }
    }
}
