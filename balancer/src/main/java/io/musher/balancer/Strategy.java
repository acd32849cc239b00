package io.musher.balancer;

import java.net.InetAddress;
import java.util.List;

/**
 * Picks the target of a new connection.
 *
 * <p>Called by several loops at once; must be thread safe, quick, and must not block: everything else of the loop waits. One
 * that throws, or returns null or something that was not offered, harms nobody: it is logged once by each loop and round robin decides
 * for that connection. The built-in ones are obtained here; each call gives one with a state of its own.
 */
@FunctionalInterface
public interface Strategy {

    /**
     * Picks one.
     *
     * @param ready at least one, in the order of {@link Balancer#targets}; immutable
     * @param client the client's address, from a trusted PROXY header where there was one
     * @return one of {@code ready}
     */
    Candidate choose(List<Candidate> ready, InetAddress client);

    /** {@return one after the other, each as often as its weight says, smoothly interleaved} */
    static Strategy roundRobin() {
        return new RoundRobin();
    }

    /** {@return the one with the fewest connections for its weight; equally loaded ones take turns, each as often as its
     * weight says, so weights and slow start count however few connections there are} */
    static Strategy leastConnections() {
        return new LeastConnections();
    }

    /**
     * {@return the same target for the same client address, as long as it is ready (rendezvous hash: adding or removing one of
     * n targets moves about 1/n of the clients). Weights count for the share of client addresses, not of connections; slow start
     * does not count, or clients would move twice}
     */
    static Strategy ipHash() {
        return Strategies::ipHash;
    }

    /** {@return of two drawn at random, heavier ones more often, the one with fewer connections for its weight; idle targets get
     * shares by weight, slow start included} */
    static Strategy randomOfTwo() {
        return Strategies::randomOfTwo;
    }

    /**
     * {@return the one that answers soonest, by the time to its first answer byte and the connections in line; those about as
     * fast as the fastest take turns by weight, slow start included. The weight does not make up for a slow answer.
     * A target that was slow is measured again from time to time, one that has not answered yet gets two connections until it
     * has, and one that ends connections without an answer counts as slow}
     */
    static Strategy leastTime() {
        return new LeastTime();
    }

    /**
     * A built-in strategy by its name in a configuration.
     *
     * @param name {@code round-robin}, {@code least-connections}, {@code ip-hash}, {@code source-ip-hash} (the same),
     *     {@code random-of-two} or {@code least-time}
     * @return the strategy
     * @throws IllegalArgumentException if there is no such strategy
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
