package io.musher.balancer;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * A place where connections can be sent. Components may be added in later versions; use the constructors.
 *
 * @param id unique among a balancer's targets; the hash of {@code ip-hash} is taken over it, so keep it stable
 * @param address where it listens; a resolved one is used as it is. An unresolved one
 *     ({@link InetSocketAddress#createUnresolved}) is looked up by the balancer, never on an event loop's thread: all its addresses
 *     are tried in turn until one accepts, which then is used until it fails. When all have failed the name is looked up
 *     again. While it cannot be resolved the target is down. Its addresses are taken for one and the same server: connections are not
 *     spread over them
 * @param weight its share beside others, at least 1
 */
public record Target(String id, InetSocketAddress address, int weight) {

    /** The largest weight. */
    public static final int MAX_WEIGHT = 1_000_000;

    /**
     * Checks the components.
     *
     * @param id unique among a balancer's targets
     * @param address where it listens
     * @param weight its share beside others, at least 1
     * @throws NullPointerException if the id or the address is null
     * @throws IllegalArgumentException if the id is blank, the port 0, or the weight out of range
     */
    public Target {
        Objects.requireNonNull(id, "target id");
        Objects.requireNonNull(address, "target address");
        if (id.isBlank()) {
            throw new IllegalArgumentException("target id is blank; give each target a name");
        }
        if (address.getPort() == 0) {
            throw new IllegalArgumentException("target " + id + ": port 0 cannot be connected to");
        }
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException(
                    "target " + id + ": weight " + weight + " is not within 1 to " + MAX_WEIGHT);
        }
    }

    /**
     * A target of weight 1.
     *
     * @param id unique among a balancer's targets
     * @param address where it listens
     */
    public Target(String id, InetSocketAddress address) {
        this(id, address, 1);
    }
}
