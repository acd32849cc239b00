package io.musher.balancer;

import java.net.InetAddress;
import java.util.List;

/**
 * Load-balancing strategy: chooses the target of a new connection.
 *
 * <p>Called by several event loops concurrently: an implementation must be thread safe, fast, and must not block,
 * because all connections of the loop wait for it. If a strategy throws, or returns null or a candidate that was not
 * offered, each loop logs that once and round robin chooses for that connection. The static methods return the built-in
 * strategies; each call returns an instance with its own state.
 */
@FunctionalInterface
public interface Strategy {

    /**
     * Chooses a target for one connection.
     *
     * @param ready the targets that are ready, at least one, in the order of {@link Balancer#updateTargets}; immutable
     * @param client the client's address, from the PROXY header if a trusted proxy sent one
     * @return an element of {@code ready}
     */
    Candidate choose(List<Candidate> ready, InetAddress client);

    /**
     * {@return whether the strategy keeps a client with its target, such as {@code ip-hash}; default false} A cluster
     * then gives no traffic to a replacement before its predecessor is withdrawn, because clients would move twice.
     */
    default boolean isSticky() {
        return false;
    }

    /** {@return round robin: targets take turns in proportion to their weights, smoothly interleaved} */
    static Strategy roundRobin() {
        return new RoundRobin();
    }

    /**
     * {@return least connections: the target with the fewest connections relative to its weight. Equally loaded targets
     * take turns in proportion to their weights, so weights and slow start apply even with few connections}
     */
    static Strategy leastConnections() {
        return new LeastConnections();
    }

    /**
     * {@return client affinity (sticky clients): the same target for the same client address while that target is
     * ready, by rendezvous hashing; adding or removing one of n targets moves about 1/n of the clients. Weights
     * determine the share of client addresses, not of connections; slow start is ignored, because clients would move
     * twice}
     */
    static Strategy ipHash() {
        return new IpHash();
    }

    /**
     * {@return power of two choices: draws two targets at random, by weight, and chooses the one with fewer connections
     * relative to its weight. Idle targets get shares by weight, including slow start}
     */
    static Strategy randomOfTwo() {
        return new RandomOfTwo();
    }

    /**
     * {@return least latency: the target expected to answer soonest, by its time to the first answer byte and its
     * number of connections. Targets about as fast as the fastest take turns by weight, including slow start; a high
     * weight does not make up for slow answers. A slow target is measured again from time to time; a target that has
     * not answered yet gets two connections until it has; a target that closes connections without an answer counts as
     * slow}
     */
    static Strategy leastTime() {
        return new LeastTime();
    }

    /**
     * Returns a built-in strategy by its name in a configuration.
     *
     * @param name {@code round-robin}, {@code least-connections}, {@code ip-hash}, {@code source-ip-hash} (the same),
     *     {@code random-of-two} or {@code least-time}
     * @return the strategy
     * @throws IllegalArgumentException if the name is unknown; the message lists the names
     */
    static Strategy of(String name) {
        return switch (name) {
            case "round-robin" -> roundRobin();
            case "least-connections" -> leastConnections();
            case "ip-hash", "source-ip-hash" -> ipHash();
            case "random-of-two" -> randomOfTwo();
            case "least-time" -> leastTime();
            default -> throw new IllegalArgumentException("strategy '" + name + "' is unknown; there are round-robin,"
                    + " least-connections, ip-hash (= source-ip-hash), random-of-two and least-time");
        };
    }
}
