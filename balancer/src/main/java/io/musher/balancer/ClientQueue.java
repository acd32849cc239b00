package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;

/**
 * Clients of one lane that no target can take now, in the order they came; bounded over all lanes, each with a deadline.
 *
 * <p>They are served when targets change, when a connection ends and makes room, and by a retry that grows from 20 ms to
 * 500 ms. Whoever is served first is the one that waited longest, also after a retry has failed.
 *
 * <p>They are read meanwhile, up to a bound, so that one that leaves is noticed: one that ends without having sent anything is
 * closed, one that ends after it has sent something is served, but its place is the first to go. What was read is forwarded first.
 */
final class ClientQueue implements RelayStage {

    private static final long FIRST_RETRY = 20_000_000;
    private static final long LAST_RETRY = 500_000_000;

    /** So much of one client is kept; one that has sent more is not read until it is served. */
    private static final int MAX_HELD = 16 * 1024;

    /** A client's place in the queue, one of the bounded number, and its deadline; its own until it is served or closed. */
    record Ticket(Places.Place place, long deadline) { }

    private final LoopContext context;
    private final Places places;
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
    }

    /** {@return how long this client may go on without a target; counted from its arrival, or its first word after a pause} */
    long timeLeft(Relay relay) {
        return Math.max(0, relay.lastActivity + timeout - context.loop.now());
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Takes a client in, at the end; or closes it when there are too many. */
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
            Places.Place place = takePlace(relay);
            if (place == null) {
                context.reject(relay, "too many clients wait for a target");
                return;
            }
            if (queue.isEmpty()) { // whoever waited before has gone: intervals begin anew
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
        if (expiry == null || queue.firstKey() == ticket.place.number()) { // one that comes back may be later than those in line
            context.loop.cancel(expiry);
            expiry = context.loop.schedule(Math.max(0, ticket.deadline - context.loop.now()), this::expire);
        }
    }

    private Places.Place takePlace(Relay relay) {
        try {
            return places.take(relay.source().getAddress(), why -> evicted(relay, why));
        } catch (IOException e) {
            return null; // closed already
        }
    }

    /** On any thread: its place is another's. */
    private void evicted(Relay relay, String why) {
        try {
            context.loop.execute(() -> {
                if (relay.ticket() != null && !places.isTaken(relay.ticket().place)) { // else it was served just now
                    context.reject(relay, why);
                }
            });
        } catch (RejectedExecutionException e) {
            // the loop has closed it
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

    /** A client that waits, or had to and is away on a connect, has sent something or has left. */
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

    /** A client leaves the queue: it is tried again, or closed. */
    @Override
    public void abandon(Relay relay) {
        queue.remove(relay.ticket().place.number());
    }

    /** A client waits no more: it has a target, or is closed. */
    void done(Relay relay) {
        if (relay.ticket() != null) {
            places.giveBack(relay.ticket().place);
            relay.ticket(null);
        }
    }

    /** Something changed: serves them in order until one finds no target. */
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
            if (relay.state() == Relay.State.OPEN) { // and not just a connect under way, which may fail like the last
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

    /** {@return those that wait, in order; a copy} */
    List<Relay> relays() {
        return List.copyOf(queue.values());
    }
}
