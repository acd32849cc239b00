package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Carries out the balancer's commands on all connections of one event loop: leave withdrawn targets, cut, shut down,
 * close.
 */
final class LoopCommands {

    private static final long SILENT_GRACE = 1_000_000_000;
    private static final int MOVED_AT_ONCE = 64;
    private static final long PAUSE_BETWEEN_MOVES = 1_000_000;

    private final EventLoop loop;
    private final RelayList relays;
    private final ClientQueue queue;
    private final Acceptor acceptor;
    private Iterator<Relay> toMove = Collections.emptyIterator();
    private boolean moveAgain;

    LoopCommands(EventLoop loop, RelayList relays, ClientQueue queue, Acceptor acceptor) {
        this.loop = loop;
        this.relays = relays;
        this.queue = queue;
        this.acceptor = acceptor;
    }

    void startAccepting() {
        acceptor.start();
    }

    /**
     * Serves waiting clients after the targets have changed; then moves idle clients away from withdrawn targets, a few
     * at a time: each costs a closed connection, and thousands of them would hold up all others.
     */
    void targetsChanged(boolean withdrawn) {
        queue.serve();
        if (withdrawn && toMove.hasNext()) {
            moveAgain = true; // those already looked at may have to leave by now
        } else if (withdrawn) {
            toMove = relays.copy().iterator();
            moveSome();
        }
    }

    private void moveSome() {
        for (int i = 0; i < MOVED_AT_ONCE && toMove.hasNext(); i++) {
            leaveIfIdle(toMove.next());
        }
        if (!toMove.hasNext()) {
            toMove = moveAgain ? relays.copy().iterator() : Collections.emptyIterator();
            moveAgain = false;
        }
        if (toMove.hasNext()) {
            loop.schedule(PAUSE_BETWEEN_MOVES, this::moveSome);
        }
    }

    /** Cuts the connections of these targets; each is counted before it ends. */
    void cut(Set<Backend> backends, AtomicInteger count) {
        for (Relay relay : relays.copy()) {
            if (relay.isOpen() && backends.contains(relay.backend)) {
                count.incrementAndGet();
                relay.cut();
            }
        }
    }

    /** Cuts all connections except those of clients that wait for a target. */
    void cutAll() {
        for (Relay relay : relays.copy()) {
            if (!relay.isIn(queue)) {
                relay.cut();
            }
        }
    }

    /**
     * Begins the shutdown of this loop: stops accepting, rejects waiting clients, closes parked and idle ones.
     * {@code last} runs on the loop whose client is the last one of all loops to close.
     */
    void beginShutdown(Runnable last) {
        if (!relays.isShuttingDown()) {
            loop.schedule(SILENT_GRACE, this::endSilent);
        }
        relays.shutDown(last);
        acceptor.stop(true);
        queue.rejectAll();
        for (Relay relay : relays.copy()) {
            if (relay.state() == Relay.State.PARKED) {
                relay.close();
            } else {
                leaveIfIdle(relay);
            }
        }
    }

    /**
     * During a shutdown, closes connections on which no byte has moved for the grace period; repeats, as a slow connect
     * may add more.
     */
    private void endSilent() {
        for (Relay relay : relays.copy()) {
            if (relay.isSilent() && loop.now() - relay.lastActivity >= SILENT_GRACE) {
                relay.close();
            }
        }
        loop.schedule(SILENT_GRACE, this::endSilent);
    }

    private static void leaveIfIdle(Relay relay) {
        try {
            relay.leaveIfIdle();
        } catch (IOException e) {
            relay.failed(e);
        }
    }

    /** Closes everything now. */
    void closeAll() {
        relays.shutDown(null);
        acceptor.stop(false);
        List<Relay> all = relays.copy();
        all.forEach(Relay::closeOrReset);
    }
}
