package io.musher.balancer;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The data path: moves bytes from one {@link Endpoint} of a relay to the other, and passes on how each side ends.
 *
 * <p>One per lane, without state of its own. A tidy end (FIN) is passed on once all bytes before it are; when both sides have
 * ended, the relay closes. A reset is passed on as a reset. A client that is owed nothing may outlive its target, see {@link TargetLostStage}.
 */
final class Pump {

    /** So much in one turn, then others get theirs. */
    private static final int BYTES_PER_TURN = 1 << 20;

    private final LoopContext context;
    private final Buffers buffers;

    Pump(LoopContext context) {
        this.context = context;
        this.buffers = context.buffers;
    }

    /**
     * There is something to read: moves it on, until there is no more, the other end is full, or others want their turn.
     *
     * @return whether it stopped for the others' sake
     */
    boolean readable(Relay relay, Endpoint from) throws IOException {
        Endpoint to = relay.other(from);
        int n;
        for (int moved = 0; moved < BYTES_PER_TURN && relay.isOpen(); moved += n) {
            ByteBuffer scratch = buffers.scratch();
            try {
                n = from.channel.read(scratch);
            } catch (IOException e) {
                relay.endpointEnded(from);
                if (from == relay.target && context.migrator.detachFromTarget(relay, relay::reset)) {
                    return false;
                }
                throw e;
            }
            if (n < 0) {
                relay.endpointEnded(from);
                from.endRead();
                passEnd(relay, from, to);
                return false;
            }
            if (n == 0) {
                return false;
            }
            // a short read has emptied the socket, so the next one waits for its event; but a short-lived target's end is
            // usually right behind its first answer
            boolean again = !scratch.hasRemaining() || from == relay.target && !relay.answered;
            scratch.flip();
            boolean discarded = from == relay.client && relay.isUnwanted(scratch);
            if (!discarded && !forward(relay, scratch, from, to) || !again) {
                return false;
            }
        }
        return relay.isOpen();
    }

    /** There is room again. */
    void writable(Relay relay, Endpoint to) throws IOException {
        Endpoint from = relay.other(to);
        relay.lastActivity = context.loop.now();
        try {
            if (!to.flush()) {
                return;
            }
        } catch (IOException e) {
            cannotWrite(relay, from, to);
            return;
        }
        if (relay.broken) {
            endAfterReset(relay, from, to);
        } else if (from.isReadEnded()) {
            passEnd(relay, from, to);
        } else {
            relay.leaveIfWithdrawn();
            if (relay.isOpen()) {
                from.wantRead(true);
                readable(relay, from);
            }
        }
    }

    /**
     * Writes bytes on, and keeps what is not taken.
     *
     * @param bytes the lane's scratch, or a buffer kept from it, which is {@code to}'s if it has something pending afterwards
     * @return whether all was taken and the connection goes on
     */
    boolean forward(Relay relay, ByteBuffer bytes, Endpoint from, Endpoint to) throws IOException {
        count(relay, bytes.remaining(), from);
        relay.observe(bytes, from);
        try {
            if (!to.write(bytes)) {
                from.wantRead(false);
                context.stalled.hold(to, bytes);
                return false;
            }
        } catch (IOException e) {
            cannotWrite(relay, from, to);
            return false;
        }
        relay.leaveIfWithdrawn();
        return relay.isOpen();
    }

    private void count(Relay relay, int n, Endpoint from) {
        long now = context.loop.now();
        if (from == relay.client) {
            relay.clientSpoke = true;
            context.total.bytesToTargets.add(n);
            relay.counters.bytesToTargets.add(n);
        } else {
            context.total.bytesToClients.add(n);
            relay.counters.bytesToClients.add(n);
            relay.bytesToClient += n;
            if (!relay.answered) {
                relay.answered = true;
                relay.backend.recordAnswer(now - relay.lastActivity, now, relay.counters);
                if (relay.backend.isOnTrial()) {
                    context.registry.ejection().trialPassed(relay.backend);
                }
            }
        }
        relay.lastActivity = now;
    }

    /** The source has ended and all it sent is on its way: pass the end on; when both have ended, or the client soon will, that was all. */
    void passEnd(Relay relay, Endpoint from, Endpoint to) throws IOException {
        if (from == relay.target && context.migrator.detachFromTarget(relay, relay::close)) {
            return;
        }
        boolean over = to.isReadEnded() || to == relay.client && relay.isLastRequestIn();
        if (over && !from.hasPending()) {
            if (to.isReadEnded()) {
                relay.close();
            } else {
                relay.closeOrLinger();
            }
        } else {
            to.endWrite();
        }
    }

    /**
     * The peer takes no more. What a target sent before may still be here to read (a server that answers 413 and closes), so that
     * goes on first; then the other side is reset, because what it sent was not delivered. A target that has ended in good order was
     * not interested in more: what the client still sends is discarded.
     */
    private void cannotWrite(Relay relay, Endpoint from, Endpoint to) throws IOException {
        if (relay.broken || to == relay.client) {
            relay.reset(); // a client that is gone needs no answer
            return;
        }
        relay.broken = true;
        to.giveUpWriting();
        from.wantRead(false);
        endAfterReset(relay, to, from);
    }

    /** Hands over what a dead end sent before it died, which its socket's buffer bounds, at the pace of the one that lives. */
    private void endAfterReset(Relay relay, Endpoint dead, Endpoint alive) throws IOException {
        boolean more = !dead.isReadEnded();
        while (more && !alive.hasPending()) {
            more = readable(relay, dead);
        }
        if (relay.isOpen() && !alive.hasPending()) {
            if (dead.isReadEnded()) {
                relay.linger();
            } else {
                relay.reset();
            }
        }
    }
}
