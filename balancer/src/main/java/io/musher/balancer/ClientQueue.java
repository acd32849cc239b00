package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
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

    private static final long FIRST_RETRY = 20_000_000;
    private static final long LAST_RETRY = 500_000_000;

    /** The most bytes kept of one client; a client that has sent more is not read until it is served. */
    private static final int MAX_HELD = 16 * 1024;

    /**
     * A client's place, one of the bounded number, and its deadline; the client holds it until it is served or closed.
     */
    record Ticket(WaitingPlaces.Place place, long deadline) {}

    private final LoopContext context;
    private final WaitingPlaces places;
    private final long timeout;
    private final int maxHeld;
    private final TreeMap<Long, Relay> queue = new TreeMap<>();
    private long retryAfter = FIRST_RETRY;
    private Timers.Timer retry;
    private Timers.Timer expiry;

    ClientQueue(LoopContext context, Limits limits, BalancerConfig config) {
        this.context = context;
        this.places = limits.places;
        this.timeout = config.waitTimeout().toNanos();
        this.maxHeld = Math.min(MAX_HELD, config.bufferSize());
        limits.addQueue(() -> post(this::serve));
    }

    /**
     * {@return nanoseconds left of this client's {@code waitTimeout}, which starts at its arrival or its next bytes}
     */
    long timeLeft(Relay relay) {
        return Math.max(0, relay.lastActivity + timeout - context.loop.now());
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Adds a client at the end, or at its old position if it has waited before; rejects it when too many wait. */
    void add(Relay relay) {
        if (relay.state() == Relay.State.CLOSED) {
            return;
        }
        if (context.isLeaving()) {
            context.reject(relay, LoopContext.STOPS);
            return;
        }
        Ticket ticket = relay.ticket();
        if (ticket == null) {
            WaitingPlaces.Place place = takePlace(relay);
            if (place == null) {
                context.reject(relay, "too many clients wait for a target");
                return;
            }
            if (queue.isEmpty()) { // the clients that waited before are gone: restart with the shortest interval
                context.loop.cancel(retry);
                retry = null;
                retryAfter = FIRST_RETRY;
            }
            ticket = new Ticket(place, relay.lastActivity + timeout);
            relay.ticket(ticket);
        }
        queue.put(ticket.place.number(), relay);
        relay.stage(this);
        listen(relay);
        if (retry == null) {
            retry = context.loop.schedule(retryAfter, this::retry);
        }
        // a client that returns to the queue may be in front of the others
        if (expiry == null || queue.firstKey() == ticket.place.number()) {
            context.loop.cancel(expiry);
            expiry = context.loop.schedule(Math.max(0, ticket.deadline - context.loop.now()), this::expire);
        }
    }

    private WaitingPlaces.Place takePlace(Relay relay) {
        try {
            return places.take(relay.source().getAddress(), why -> evicted(relay, why));
        } catch (IOException e) {
            return null; // the client is closed already
        }
    }

    /** Rejects a client that has lost its place to another one; called on any thread. */
    private void evicted(Relay relay, String why) {
        post(() -> {
            // else the client was served in the meantime
            if (relay.ticket() != null && !places.isTaken(relay.ticket().place)) {
                context.reject(relay, why);
            }
        });
    }

    private void post(Runnable task) {
        try {
            context.loop.execute(task);
        } catch (RejectedExecutionException e) {
            // the loop has ended and closed its clients
        }
    }

    private void listen(Relay relay) {
        relay.copyFirst(maxHeld);
        if (relay.firstBytes() < maxHeld && !relay.client.isReadEnded()) {
            try {
                relay.client.wantRead(true);
            } catch (IOException e) {
                relay.failed(relay.client, e);
            }
        }
    }

    /** Reads from a client that waits, or that has waited and is being connected now. */
    @Override
    public void readable(Relay relay) throws IOException {
        int held = relay.firstBytes();
        ByteBuffer scratch = context.buffers.scratch().limit(maxHeld - held);
        int n = relay.client.channel.read(scratch);
        if (n < 0 && held == 0) {
            relay.close();
        } else if (n < 0) {
            relay.client.endRead();
            places.ended(relay.ticket().place);
        } else {
            relay.addFirst(scratch.flip());
            relay.client.wantRead(held + n < maxHeld);
        }
    }

    /** Removes a client from the queue, to be tried again or closed; the client keeps its ticket. */
    @Override
    public void abandon(Relay relay) {
        queue.remove(relay.ticket().place.number());
    }

    /** Gives back the place of a client that has a target or is closed. */
    void done(Relay relay) {
        if (relay.ticket() != null) {
            places.giveBack(relay.ticket().place);
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
            if (!context.dialer.attempt(relay, List.of())) {
                add(relay);
                return;
            }
            if (relay.state() == Relay.State.OPEN) { // not if a connect is only in progress: it may fail like the last
                retryAfter = FIRST_RETRY;
            }
        }
    }

    private void retry() {
        retry = null;
        retryAfter = Math.min(LAST_RETRY, retryAfter * 2);
        serve();
        if (!queue.isEmpty() && retry == null) {
            retry = context.loop.schedule(retryAfter, this::retry);
        }
    }

    private void expire() {
        expiry = null;
        while (!queue.isEmpty()) {
            Relay first = queue.firstEntry().getValue();
            long left = first.ticket().deadline - context.loop.now();
            if (left > 0) {
                expiry = context.loop.schedule(left, this::expire);
                return;
            }
            context.reject(first, "no target took the client within " + timeout / 1_000_000 + " ms");
        }
    }

    /** {@return a copy of the waiting relays, in order} */
    List<Relay> relays() {
        return List.copyOf(queue.values());
    }
}
