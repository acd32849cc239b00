package io.musher.balancer;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The bounded number of places for clients that wait, over all lanes. Thread safe.
 *
 * <p>When all are taken, a newcomer gets the place of a client that has ended its side, else the youngest one of an address that
 * holds more than a quarter of all places, unless the newcomer's own address already has a quarter. One address may thus have
 * all places only while no other wants any. For IPv6 an address is a network of 64 bits: a single host has as many addresses.
 */
final class Places {

    /** One place; its taker gives it back, unless it was evicted. */
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

        /** {@return greater than that of every place taken before} */
        long number() {
            return number;
        }

        @Override
        public int compareTo(Place other) {
            return Long.compare(number, other.number);
        }
    }

    private record Network(long prefix) { }

    private final int max;
    private final int share;
    private final Map<Object, TreeSet<Place>> held = new HashMap<>();
    private final Set<Object> greedy = new HashSet<>(); // three at most
    private final TreeSet<Place> ended = new TreeSet<>();
    private long numbers;
    private volatile int taken;

    Places(int max) {
        this.max = max;
        this.share = Math.max(1, max / 4);
    }

    /**
     * Takes a place.
     *
     * @param client its address
     * @param evict runs, on any thread, with the reason when another client gets this place
     * @return the place, or null when there is none for this client
     */
    Place take(InetAddress client, Consumer<String> evict) {
        Object address = address(client);
        Place place;
        Place victim = null;
        String why = null;
        synchronized (this) {
            if (taken >= max) {
                victim = ended.isEmpty() ? youngestOfTheGreedy(address) : ended.first();
                if (victim == null) {
                    return null;
                }
                why = ended.contains(victim) ? "too many clients wait for a target, and this one has ended its side"
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

    private Place youngestOfTheGreedy(Object newcomer) {
        TreeSet<Place> own = held.get(newcomer);
        TreeSet<Place> most = own;
        for (Object address : greedy) {
            TreeSet<Place> places = held.get(address);
            if (most == null || places.size() > most.size()) {
                most = places;
            }
        }
        return most == null || most.size() <= share || own != null && own.size() >= share ? null : most.last();
    }

    /** The client has ended its side: its place is the first to go. */
    synchronized void ended(Place place) {
        if (place.taken) {
            ended.add(place);
        }
    }

    /** Gives a place back; one that is another's by now is ignored. */
    synchronized void giveBack(Place place) {
        if (place.taken) {
            remove(place);
        }
    }

    private void remove(Place place) {
        place.taken = false;
        ended.remove(place);
        TreeSet<Place> places = held.get(place.address);
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

    /** {@return what stands for a client's address: for IPv6 its network of 64 bits} */
    static Object address(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? address : new Network(ByteBuffer.wrap(bytes).getLong());
    }
}
