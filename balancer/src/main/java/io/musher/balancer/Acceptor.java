package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.OperatorLog;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Accepts on one lane. All lanes register the same listening channel; the kernel spreads the connections.
 *
 * <p>When descriptors run out, or are about to (a reserve is left to the rest of the program), it stops looking at the
 * channel and looks again after a while: clients wait in the kernel's backlog, nothing spins, connections go on.
 */
final class Acceptor implements EventLoop.Handler {

    private static final Log LOG = Log.of(Balancer.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Balancer.class);
    private static final int ACCEPTS_PER_TURN = 16;
    private static final int BACKLOG_TURNS = 1024; // a flood of new clients must not keep us here
    private static final long PAUSE = 50_000_000;
    private static final long RESUME_LOG_DELAY = 1_000_000_000;

    private final LoopContext context;
    private final ServerSocketChannel listening;
    private final BalancerListener listener;
    private SelectionKey key;
    private boolean paused;
    private long pausedAt;
    private boolean stopped;

    Acceptor(LoopContext context, ServerSocketChannel listening, BalancerListener listener) {
        this.context = context;
        this.listening = listening;
        this.listener = listener;
    }

    void start() {
        try {
            key = context.loop.register(listening, SelectionKey.OP_ACCEPT, this);
        } catch (IOException e) {
            LOG.debug("{}: closed before it listened", context.name, e);
        }
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        accept();
    }

    /** {@return whether there may be more} */
    private boolean accept() throws IOException {
        for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
            if (!context.limits.hasDescriptors()) {
                pause("the descriptors left are kept in reserve");
                return false;
            }
            SocketChannel client = listening.accept();
            if (client == null) {
                return false;
            }
            context.accepted(client);
        }
        return true;
    }

    /** Usually no descriptor is left; whatever it is, trying again at once would spin. */
    @Override
    public void failed(Throwable failure) {
        if (!stopped && listening.isOpen()) { // else another lane was quicker to stop
            pause(String.valueOf(failure.getMessage()));
        }
    }

    private void pause(String why) {
        pausedAt = context.loop.now();
        if (!paused) {
            paused = true;
            OPERATOR.warn("{}: stops accepting for now, probably out of descriptors ({}); clients wait in the kernel's backlog, connections go on", context.name, why);
            listener.accepting(true);
            context.loop.schedule(RESUME_LOG_DELAY, this::resumeAfterPause);
        }
        if (!key.isValid()) {
            return; // another lane let the channel go
        }
        key.interestOps(0);
        context.loop.schedule(PAUSE, () -> {
            if (!stopped && key.isValid()) {
                key.interestOps(SelectionKey.OP_ACCEPT);
            }
        });
    }

    /** The end is told when there was no pause for a while, so that clients coming and going at the limit fill no log. */
    private void resumeAfterPause() {
        long calm = context.loop.now() - pausedAt;
        if (stopped) {
            return;
        }
        if (calm < RESUME_LOG_DELAY) {
            context.loop.schedule(RESUME_LOG_DELAY - calm, this::resumeAfterPause);
            return;
        }
        paused = false;
        OPERATOR.info("{}: accepts again", context.name);
        listener.accepting(false);
    }

    /** Lets the channel go, which closes when every lane has; with {@code backlog} it first takes what the kernel holds. */
    void stop(boolean backlog) {
        if (stopped || key == null) {
            stopped = true;
            return;
        }
        stopped = true;
        try {
            for (int i = 0; backlog && i < BACKLOG_TURNS && accept(); i++) { }
        } catch (IOException e) {
            LOG.debug("{}: the backlog was lost", context.name, e);
        }
        context.loop.discard(listening, key);
    }
}
