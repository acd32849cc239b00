package io.musher.balancer;

import io.musher.balancer.loop.Nullable;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The bounded number of places for waiting clients ({@code maxWaiting}), shared by all event loops. Thread safe.
 *
 * <p>When all places are taken, a new client gets the place of a client that has closed its sending side, else the
 * youngest place of an address that holds more than a quarter of all places, unless the new client's own address
 * already has a quarter. So one address can hold all places only while no other address needs any. For IPv6 the address
 * is the /64 network, because a single host has that many addresses.
 */
final class WaitingPlaces {

    /** One place; its holder gives it back, unless it was evicted. */
    static final class Place implements Comparable<Place> {
        private final long number;
        private final Object address;
        private final Consumer<String> evict;
        private boolean taken = true;

        private Place(long number, Object address, Consumer<String> evict) {
            this.number = number;
            this.address = address;
            this.evict = evict;
        }

        /** {@return a number greater than that of every place taken before} */
        long number() {
            return number;
        }

        @Override
        public int compareTo(Place other) {
            return Long.compare(number, other.number);
        }
    }

    private record Network(long prefix) {}

    private final int max;
    private final int share;
    private final Map<Object, TreeSet<Place>> held = new HashMap<>();
    private final Set<Object> greedy = new HashSet<>(); // addresses with more than a quarter, three at most
    private final TreeSet<Place> halfClosed = new TreeSet<>();
    private long numbers;
    private volatile int taken;

    WaitingPlaces(int max) {
        this.max = max;
        this.share = Math.max(1, max / 4);
    }

    /**
     * Takes a place.
     *
     * @param client the client's address
     * @param evict called with the reason, on any thread, when another client gets this place
     * @return the place, or null when there is none for this client
     */
    @Nullable
    Place take(InetAddress client, Consumer<String> evict) {
        Object address = clientKey(client);
        Place place;
        Place victim = null;
        String why = null;
        synchronized (this) {
            if (taken >= max) {
                victim = halfClosed.isEmpty() ? youngestOfTheGreedy(address) : halfClosed.first();
                if (victim == null) {
                    return null;
                }
                why = halfClosed.contains(victim)
                        ? "too many clients wait for a target, and this one has closed its sending side"
                        : "too many clients wait for a target, more than a quarter of them from this address";
                remove(victim);
            }
            place = new Place(++numbers, address, evict);
            TreeSet<Place> mine = held.computeIfAbsent(address, a -> new TreeSet<>());
            mine.add(place);
            if (mine.size() > share) {
                greedy.add(address);
            }
            taken++;
        }
        if (victim != null) {
            victim.evict.accept(why);
        }
        return place;
    }

    private @Nullable Place youngestOfTheGreedy(Object newcomer) {
        TreeSet<Place> own = held.get(newcomer);
        TreeSet<Place> most = own;
        for (Object address : greedy) {
            TreeSet<Place> places = held.get(address);
            if (most == null || places != null && places.size() > most.size()) {
                most = places;
            }
        }
        return most == null || most.size() <= share || own != null && own.size() >= share ? null : most.last();
    }

    /** Marks the place of a client that has closed its sending side as the first to be evicted. */
    synchronized void halfClosed(Place place) {
        if (place.taken) {
            halfClosed.add(place);
        }
    }

    /** Gives a place back; ignores an evicted one. */
    synchronized void giveBack(Place place) {
        if (place.taken) {
            remove(place);
        }
    }

    private void remove(Place place) {
        place.taken = false;
        halfClosed.remove(place);
        TreeSet<Place> places = Objects.requireNonNull(held.get(place.address)); // not null: the place is taken
        places.remove(place);
        if (places.size() <= share) {
            greedy.remove(place.address);
        }
        if (places.isEmpty()) {
            held.remove(place.address);
        }
        taken--;
    }

    synchronized boolean isTaken(Place place) {
        return place.taken;
    }

    int taken() {
        return taken;
    }

    /** {@return the key for a client's address: for IPv6 its /64 network} */
    static Object clientKey(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? address : new Network(ByteBuffer.wrap(bytes).getLong());
    }
}
