package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Clients of one lane that no target can take now, in the order they came; bounded over all lanes, each with a deadline.
 *
 * <p>They are served when targets change, when a connection ends and makes room, and by a retry that grows from 20 ms to
 * 500 ms. Whoever is served first is the one that waited longest, also after a retry has failed.
 */
final class Waiting implements Stage {

    private static final long FIRST_RETRY = 20_000_000;
    private static final long LAST_RETRY = 500_000_000;

    /** A client's place in the queue, one of the bounded number, and its deadline; its own until it is served or closed. */
    record Ticket(long place, long deadline) { }

    private final Lane lane;
    private final Limits limits;
    private final long timeout;
    private final TreeMap<Long, Relay> queue = new TreeMap<>();
    private long arrivals;
    private long retryAfter = FIRST_RETRY;
    private Timers.Timer retry;
    private Timers.Timer expiry;

    Waiting(Lane lane, Limits limits, BalancerConfig config) {
        this.lane = lane;
        this.limits = limits;
        this.timeout = config.waitTimeout().toNanos();
    }

    /** {@return how long this client may go on without a target; counted from its arrival, or its first word after a pause} */
    long timeLeft(Relay relay) {
        return Math.max(0, relay.touched + timeout - lane.loop.now());
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Takes a client in, at the end; or closes it when there are too many. */
    void add(Relay relay) {
        if (relay.state() == Relay.State.CLOSED) {
            return;
        }
        if (lane.isLeaving()) {
            lane.reject(relay, "the balancer stops");
            return;
        }
        Ticket ticket = relay.ticket();
        if (ticket == null) {
            if (!limits.acquireWaiting()) {
                lane.reject(relay, "too many clients wait for a target");
                return;
            }
            if (queue.isEmpty()) { // whoever waited before has gone: intervals begin anew
                lane.loop.cancel(retry);
                retry = null;
                retryAfter = FIRST_RETRY;
            }
            ticket = new Ticket(++arrivals, relay.touched + timeout);
            relay.ticket(ticket);
        }
        queue.put(ticket.place, relay);
        relay.stage(this);
        if (retry == null) {
            retry = lane.loop.schedule(retryAfter, this::retry);
        }
        if (expiry == null || queue.firstKey() == ticket.place) { // one that comes back may be later than those in line
            lane.loop.cancel(expiry);
            expiry = lane.loop.schedule(Math.max(0, ticket.deadline - lane.loop.now()), this::expire);
        }
    }

    /** A client leaves the queue: it is tried again, or closed. */
    @Override
    public void abandon(Relay relay) {
        queue.remove(relay.ticket().place);
    }

    /** A client waits no more: it has a target, or is closed. */
    void done(Relay relay) {
        if (relay.ticket() != null) {
            relay.ticket(null);
            limits.releaseWaiting();
        }
    }

    /** Something changed: serves them in order until one finds no target. */
    void serve() {
        while (!queue.isEmpty()) {
            Map.Entry<Long, Relay> first = queue.firstEntry();
            Relay relay = first.getValue();
            abandon(relay);
            relay.stage(null);
            if (!lane.dialer.attempt(relay, List.of())) {
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
            retry = lane.loop.schedule(retryAfter, this::retry);
        }
    }

    private void expire() {
        expiry = null;
        while (!queue.isEmpty()) {
            Relay first = queue.firstEntry().getValue();
            long left = first.ticket().deadline - lane.loop.now();
            if (left > 0) {
                expiry = lane.loop.schedule(left, this::expire);
                return;
            }
            lane.reject(first, "no target took the client within " + timeout / 1_000_000 + " ms");
        }
    }

    /** {@return those that wait, in order; a copy} */
    List<Relay> relays() {
        return List.copyOf(queue.values());
    }
}
