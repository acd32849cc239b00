package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The data path: forwards bytes from one {@link Endpoint} of a relay to the other, with backpressure, and forwards how
 * each side ends.
 *
 * <p>One per event loop, stateless. An orderly close (FIN) is forwarded after all bytes before it; when both sides have
 * closed, the relay closes. A reset is forwarded as a reset. An idle client may outlive its target, see
 * {@link TargetLostStage}.
 */
final class Pump {

    /** The most bytes that one connection moves before other connections get their turn. */
    private static final int BYTES_PER_TURN = 1 << 20;

    private final EventLoop loop;
    private final BufferPool buffers;
    private final StalledConnections stalled;
    private final ConnectionMigrator migrator;
    private final Counters total;

    Pump(EventLoop loop, BufferPool buffers, StalledConnections stalled, ConnectionMigrator migrator, Counters total) {
        this.loop = loop;
        this.buffers = buffers;
        this.stalled = stalled;
        this.migrator = migrator;
        this.total = total;
    }

    /**
     * Reads from one end and forwards to the other until nothing is left to read, the other end is full, or the turn is
     * over.
     *
     * @return whether the turn was over, so there may be more to read
     */
    boolean readable(Relay relay, Endpoint from) throws IOException {
        Endpoint to = relay.other(from);
        int n;
        for (int moved = 0; moved < BYTES_PER_TURN && relay.isOpen(); moved += n) {
            ByteBuffer scratch = buffers.scratch();
            try {
                n = from.channel.read(scratch);
            } catch (IOException e) {
                relay.countIfUnanswered(from);
                if (from == relay.target && migrator.keepIdleClient(relay, relay::reset)) {
                    return false;
                }
                throw e;
            }
            if (n < 0) {
                relay.countIfUnanswered(from);
                from.endRead();
                passEnd(relay, from, to);
                return false;
            }
            if (n == 0) {
                return false;
            }
            // a short read has emptied the socket, so the next read waits for its event; but a target that closes after
            // one answer has usually closed by now
            boolean again = !scratch.hasRemaining() || from == relay.target && !relay.answered;
            scratch.flip();
            boolean discarded = from == relay.client && relay.areStrayLineEnds(scratch);
            if (!discarded && !forward(relay, scratch, from, to) || !again) {
                return false;
            }
        }
        return relay.isOpen();
    }

    /** Writes the bytes kept for an end that is writable again, then resumes reading from the other end. */
    void writable(Relay relay, Endpoint to) throws IOException {
        Endpoint from = relay.other(to);
        relay.lastActivity = loop.now();
        try {
            if (!to.flush(stalled)) {
                return;
            }
        } catch (IOException e) {
            cannotWrite(relay, from, to);
            return;
        }
        if (relay.targetWriteFailed) {
            endAfterReset(relay, from, to);
        } else if (from.isReadEnded()) {
            passEnd(relay, from, to);
        } else {
            migrator.leaveIfWithdrawn(relay);
            if (relay.isOpen()) {
                from.wantRead(true);
                readable(relay, from);
            }
        }
    }

    /**
     * Forwards bytes, and keeps those that the other end does not accept.
     *
     * @param bytes the loop's scratch buffer, or a buffer kept from it, which {@code to} owns if it has bytes pending
     *     afterwards
     * @return whether all bytes were written and the connection is still open
     */
    boolean forward(Relay relay, ByteBuffer bytes, Endpoint from, Endpoint to) throws IOException {
        count(relay, bytes.remaining(), from);
        relay.observe(bytes, from);
        try {
            if (!to.write(bytes)) {
                from.wantRead(false);
                stalled.hold(to, bytes);
                return false;
            }
        } catch (IOException e) {
            cannotWrite(relay, from, to);
            return false;
        }
        migrator.leaveIfWithdrawn(relay);
        return relay.isOpen();
    }

    private void count(Relay relay, int n, Endpoint from) {
        long now = loop.now();
        if (from == relay.client) {
            relay.clientSpoke = true;
            total.bytesToTargets.add(n);
            relay.counters().bytesToTargets.add(n);
        } else {
            total.bytesToClients.add(n);
            relay.counters().bytesToClients.add(n);
            relay.bytesToClient += n;
            if (!relay.answered) {
                relay.answered = true;
                relay.backend().recordAnswer(now - relay.lastActivity, now, relay.counters());
            }
        }
        relay.lastActivity = now;
    }

    /**
     * Forwards the close of {@code from}, whose bytes have all been forwarded. Closes the relay when both sides have
     * closed, or when the client has announced its last request.
     */
    void passEnd(Relay relay, Endpoint from, Endpoint to) throws IOException {
        if (from == relay.target && migrator.keepIdleClient(relay, relay::close)) {
            return;
        }
        boolean over = to.isReadEnded() || to == relay.client && relay.isLastRequestReceived();
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
     * Handles a failed write. Resets the relay if the client is gone. If the target is gone, what it sent before may
     * still be unread (a server that answers 413 and closes), so that is forwarded first. Then the client is reset,
     * because its bytes were not delivered; but after an orderly close of the target, further input of the client is
     * only discarded.
     */
    private void cannotWrite(Relay relay, Endpoint from, Endpoint to) throws IOException {
        if (relay.targetWriteFailed || to == relay.client) {
            relay.reset(); // the client is gone: nothing is left to forward
            return;
        }
        relay.targetWriteFailed = true;
        to.giveUpWriting(stalled);
        from.wantRead(false);
        endAfterReset(relay, to, from);
    }

    /** Forwards what the broken end sent before it failed, which its socket's buffer bounds, then ends the relay. */
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
