package io.musher.balancer;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * A server to which a {@link Balancer} relays connections. Immutable. Components may be added in later versions; use
 * the constructors.
 *
 * @param id unique among a balancer's targets; {@code ip-hash} hashes it, so keep it stable
 * @param address the address the target listens on. A resolved address is used as it is. An unresolved one
 *     ({@link InetSocketAddress#createUnresolved}) is looked up by the balancer, never on an event loop's thread; its
 *     addresses are tried in turn until one accepts, and that one is used until a connect to it fails. When all have
 *     failed, the name is looked up again. While the name cannot be resolved, the target is down. All its addresses
 *     count as the same server: connections are not distributed over them
 * @param weight the target's share of connections relative to the others, 1 to {@value #MAX_WEIGHT}
 */
public record Target(String id, InetSocketAddress address, int weight) {

    /** The largest weight. */
    public static final int MAX_WEIGHT = 1_000_000;

    /**
     * Checks the components.
     *
     * @param id unique among a balancer's targets, not blank
     * @param address the address the target listens on
     * @param weight the target's relative share of connections, at least 1
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
     * Creates a target of weight 1.
     *
     * @param id unique among a balancer's targets, not blank
     * @param address the address the target listens on
     * @throws NullPointerException if the id or the address is null
     * @throws IllegalArgumentException if the id is blank or the port 0
     */
    public Target(String id, InetSocketAddress address) {
        this(id, address, 1);
    }
}
