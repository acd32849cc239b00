package io.musher.balancer;

import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.List;

/**
 * The relays of one event loop, from accept to close, and whether the balancer is shutting down. Linked through the
 * relays, so that a connection costs no allocation.
 */
final class RelayList {

    private final Limits limits;
    private final Counters total;
    private @Nullable Relay first;
    private @Nullable Runnable whenEmpty;

    RelayList(Limits limits, Counters total) {
        this.limits = limits;
        this.total = total;
    }

    /** Counts a new relay. */
    void opened(Relay relay) {
        limits.clientOpened();
        total.accepted.add(1);
        relay.nextInList = first;
        if (first != null) {
            first.previousInList = relay;
        }
        first = relay;
    }

    /** Uncounts a closed relay. */
    void closed(Relay relay) {
        if (relay.previousInList == null) {
            first = relay.nextInList;
        } else {
            relay.previousInList.nextInList = relay.nextInList;
        }
        if (relay.nextInList != null) {
            relay.nextInList.previousInList = relay.previousInList;
        }
        limits.releaseForClient(relay);
        total.ended.add(1);
        if (limits.clientClosed() == 0 && whenEmpty != null) {
            whenEmpty.run();
        }
    }

    boolean isEmpty() {
        return first == null;
    }

    /** {@return a copy, the latest relay first} */
    List<Relay> copy() {
        List<Relay> relays = new ArrayList<>();
        for (Relay relay = first; relay != null; relay = relay.nextInList) {
            relays.add(relay);
        }
        return relays;
    }

    /**
     * Begins the shutdown; {@code last} runs on the loop whose relay is the last one of all loops to close. Null ends
     * it: all relays are to be closed now.
     */
    void shutDown(@Nullable Runnable last) {
        whenEmpty = last;
    }

    boolean isShuttingDown() {
        return whenEmpty != null;
    }
}
