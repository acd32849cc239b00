package io.musher.balancer;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Limits that apply to all event loops together: connections, waiting clients, file descriptors. Thread safe. */
final class Limits {

    /** Descriptors reserved for the rest of the program, which may have to start a process or open a file. */
    private static final int RESERVE = 32;
    private static final int PER_CONNECTION = 2;

    private final int maxConnections;
    private final int maxClients;
    private final int maxPerClient;
    private final ConcurrentHashMap<Object, Integer> perClient = new ConcurrentHashMap<>();
    final WaitingPlaces places;
    private final List<Runnable> serveActions = new CopyOnWriteArrayList<>();
    private final AtomicInteger relayed = new AtomicInteger();
    private final AtomicInteger clients = new AtomicInteger();

    Limits(int maxConnections, int maxPerClient, int maxWaiting, int descriptors) {
        this.maxPerClient = maxPerClient;
        this.maxConnections = maxConnections;
        this.places = new WaitingPlaces(maxWaiting);
        this.maxClients = Math.max(8, (descriptors - RESERVE) / PER_CONNECTION);
    }

    /** {@return whether the descriptors allow one more client; does not count it, see {@link #clientOpened}} */
    boolean hasDescriptors() {
        return clients.get() < maxClients;
    }

    void clientOpened() {
        clients.incrementAndGet();
    }

    /**
     * Uncounts a client.
     *
     * @return the number of clients left
     */
    int clientClosed() {
        return clients.decrementAndGet();
    }

    int clients() {
        return clients.get();
    }

    /**
     * Counts a client for its address.
     *
     * @return false if the address has too many connections
     */
    boolean acquireForClient(Relay relay) throws IOException {
        if (maxPerClient > 0 && relay.clientKey == null) {
            Object address = WaitingPlaces.clientKey(relay.source().getAddress());
            boolean[] full = {false};
            perClient.compute(address, (a, count) -> {
                int had = count == null ? 0 : count;
                full[0] = had >= maxPerClient;
                return full[0] ? count : Integer.valueOf(had + 1);
            });
            if (full[0]) {
                return false;
            }
            relay.clientKey = address;
        }
        return true;
    }

    /** Uncounts a client for its address. */
    void releaseForClient(Relay relay) {
        if (relay.clientKey != null) {
            perClient.computeIfPresent(relay.clientKey, (a, count) -> count == 1 ? null : Integer.valueOf(count - 1));
            relay.clientKey = null;
        }
    }

    boolean acquireConnection() {
        return maxConnections == 0 || acquire(relayed, maxConnections);
    }

    void releaseConnection() {
        if (maxConnections > 0) {
            relayed.decrementAndGet();
        }
    }

    /** Adds an action that serves the waiting clients of one event loop; callable from any thread. */
    void addQueue(Runnable serve) {
        serveActions.add(serve);
    }

    /** Serves the waiting clients of all event loops, after a limit has made room. */
    void serveWaiting() {
        serveActions.forEach(Runnable::run);
    }

    int waiting() {
        return places.taken();
    }

    private static boolean acquire(AtomicInteger count, int max) {
        if (count.incrementAndGet() > max) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    /** {@return how many more descriptors this process may open; a very large number if that is unknown} */
    static int freeDescriptors() {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            int used = 0;
            for (Path descriptor : open) {
                used++;
            }
            for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (line.startsWith("Max open files")) {
                    String soft = line.substring(26).trim().split(" +")[0];
                    return soft.equals("unlimited") ? Integer.MAX_VALUE
                            : Math.max(0, (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft)) - used);
                }
            }
        } catch (IOException | RuntimeException e) {
            // not Linux: a failed accept shows that descriptors ran out
        }
        return Integer.MAX_VALUE;
    }
}
