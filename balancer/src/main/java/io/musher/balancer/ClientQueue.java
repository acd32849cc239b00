package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;

/**
 * Queue of the clients of one event loop that no target can take now, in the order of arrival; bounded over all loops
 * ({@code maxWaiting}), each client with a timeout ({@code waitTimeout}).
 *
 * <p>Clients are served when targets change, when a connection ends and makes room, and by a retry whose interval grows
 * from 20 ms to 500 ms. The client that has waited longest is served first, also after a failed retry.
 *
 * <p>Waiting clients are read, up to a bound, so that a client that leaves is noticed: one that closes without having
 * sent anything is closed; one that closes its sending side after sending something is served, but is the first to be
 * evicted. The bytes read are forwarded first.
 */
final class ClientQueue implements RelayStage {

    /** The reason given for clients rejected during a shutdown. */
    private static final String STOPS = "the balancer stops";

    private static final long MIN_RETRY_PAUSE = 20_000_000;
    private static final long MAX_RETRY_PAUSE = 500_000_000;

    /** The most bytes kept of one client; a client that has sent more is not read until it is served. */
    private static final int MAX_HELD = 16 * 1024;

    /**
     * A client's place, one of the bounded number, and its deadline; the client holds it until it is served or closed.
     */
    record Ticket(WaitingPlaces.Place place, long deadline) {}

    private final Dialer dialer;
    private final EventLoop loop;
    private final RelayList relays;
    private final BufferPool buffers;
    private final WaitingPlaces places;
    private final long timeout;
    private final int maxHeld;
    private final TreeMap<Long, Relay> queue = new TreeMap<>();
    private long retryPause = MIN_RETRY_PAUSE;
    private @Nullable Timers.Timer retry;
    private @Nullable Timers.Timer expiry;

    ClientQueue(Dialer dialer, EventLoop loop, RelayList relays, BufferPool buffers, Limits limits,
            BalancerConfig config) {
        this.dialer = dialer;
        this.loop = loop;
        this.relays = relays;
        this.buffers = buffers;
        this.places = limits.places;
        this.timeout = config.waitTimeout().toNanos();
        this.maxHeld = Math.min(MAX_HELD, config.bufferSize());
        limits.addQueue(() -> post(this::serve));
    }

    /**
     * {@return nanoseconds left of this client's {@code waitTimeout}, which starts at its arrival or its next bytes}
     */
    long timeLeft(Relay relay) {
        return Math.max(0, relay.lastActivity + timeout - loop.now());
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Adds a client at the end, or at its old position if it has waited before; rejects it when too many wait. */
    void add(Relay relay) {
        if (relay.state() == Relay.State.CLOSED) {
            return;
        }
        if (relays.isShuttingDown()) {
            relay.reject(STOPS);
            return;
        }
        Ticket ticket = relay.ticket();
        if (ticket == null) {
            WaitingPlaces.Place place = takePlace(relay);
            if (place == null) {
                relay.reject("too many clients wait for a target");
                return;
            }
            if (queue.isEmpty()) { // the clients that waited before are gone: restart with the shortest interval
                loop.cancel(retry);
                retry = null;
                retryPause = MIN_RETRY_PAUSE;
            }
            ticket = new Ticket(place, relay.lastActivity + timeout);
            relay.ticket(ticket);
        }
        queue.put(ticket.place.number(), relay);
        relay.stage(this);
        readWhileWaiting(relay);
        if (retry == null) {
            retry = loop.schedule(retryPause, this::retry);
        }
        // a client that returns to the queue may be in front of the others
        if (expiry == null || queue.firstKey() == ticket.place.number()) {
            loop.cancel(expiry);
            expiry = loop.schedule(Math.max(0, ticket.deadline - loop.now()), this::expire);
        }
    }

    private @Nullable WaitingPlaces.Place takePlace(Relay relay) {
        try {
            return places.take(relay.source().getAddress(), why -> evicted(relay, why));
        } catch (IOException e) {
            return null; // the client is closed already
        }
    }

    /** Rejects a client that has lost its place to another one; called on any thread. */
    private void evicted(Relay relay, String why) {
        post(() -> {
            Ticket ticket = relay.ticket();
            // else the client was served in the meantime
            if (ticket != null && !places.isTaken(ticket.place)) {
                relay.reject(why);
            }
        });
    }

    private void post(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // the loop has ended and closed its clients
        }
    }

    private void readWhileWaiting(Relay relay) {
        copyFirst(relay);
        if (held(relay) < maxHeld && !relay.client.isReadEnded()) {
            try {
                relay.client.wantRead(true);
            } catch (IOException e) {
                relay.failed(e);
            }
        }
    }

    /** Reads from a client that waits, or that has waited and is being connected now. */
    @Override
    public void readable(Relay relay) throws IOException {
        int held = held(relay);
        ByteBuffer scratch = buffers.scratch().limit(maxHeld - held);
        int n = relay.client.channel.read(scratch);
        if (n < 0 && held == 0) {
            relay.close();
        } else if (n < 0) {
            relay.client.endRead();
            places.halfClosed(ticketOf(relay).place);
        } else {
            append(relay, scratch.flip());
            relay.client.wantRead(held + n < maxHeld);
        }
    }

    private static Ticket ticketOf(Relay relay) {
        return Objects.requireNonNull(relay.ticket()); // not null: it waits, or it has waited and has no target yet
    }

    private static int held(Relay relay) {
        return relay.firstBytes == null ? 0 : relay.firstBytes.remaining();
    }

    /**
     * Moves the bytes read so far from their direct buffer to a heap copy of the size needed, because they may be kept
     * for long; does nothing if there are more than a waiting client may have.
     */
    private void copyFirst(Relay relay) {
        ByteBuffer read = relay.firstBytes;
        if (read != null && read.isDirect() && read.remaining() <= maxHeld) {
            relay.firstBytes = null;
            append(relay, read);
            buffers.release(read);
        }
    }

    /** Appends a copy of the bytes, on the heap, to those kept for the target. */
    private static void append(Relay relay, ByteBuffer more) {
        ByteBuffer kept = relay.firstBytes;
        int held = held(relay);
        if (kept == null || kept.capacity() - kept.limit() < more.remaining()) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(512, held + Math.max(held, more.remaining())));
            kept = kept == null ? larger.flip() : larger.put(kept).flip();
            relay.firstBytes = kept;
        }
        kept.limit(kept.limit() + more.remaining()).put(kept.limit() - more.remaining(), more, more.position(),
                more.remaining());
    }

    /** Removes a client from the queue, to be tried again or closed; the client keeps its ticket. */
    @Override
    public void abandon(Relay relay) {
        queue.remove(ticketOf(relay).place.number());
    }

    /** Gives back the place of a client that has a target or is closed. */
    void giveBackPlace(Relay relay) {
        Ticket ticket = relay.ticket();
        if (ticket != null) {
            places.giveBack(ticket.place);
            relay.ticket(null);
        }
    }

    /** Serves waiting clients in order until one finds no target. */
    void serve() {
        while (!queue.isEmpty()) {
            Map.Entry<Long, Relay> first = queue.firstEntry();
            Relay relay = first.getValue();
            abandon(relay);
            relay.stage(null);
            if (!dialer.attempt(relay, List.of())) {
                add(relay);
                return;
            }
            if (relay.state() == Relay.State.OPEN) { // not if a connect is only in progress: it may fail like the last
                retryPause = MIN_RETRY_PAUSE;
            }
        }
    }

    private void retry() {
        retry = null;
        retryPause = Math.min(MAX_RETRY_PAUSE, retryPause * 2);
        serve();
        if (!queue.isEmpty() && retry == null) {
            retry = loop.schedule(retryPause, this::retry);
        }
    }

    private void expire() {
        expiry = null;
        while (!queue.isEmpty()) {
            Relay first = queue.firstEntry().getValue();
            long left = ticketOf(first).deadline - loop.now();
            if (left > 0) {
                expiry = loop.schedule(left, this::expire);
                return;
            }
            first.reject("no target took the client within " + timeout / 1_000_000 + " ms");
        }
    }

    /** Rejects all waiting clients because the balancer stops. */
    void rejectAll() {
        relays().forEach(relay -> relay.reject(STOPS));
    }

    /** {@return a copy of the waiting relays, in order} */
    List<Relay> relays() {
        return List.copyOf(queue.values());
    }
}
