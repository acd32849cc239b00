package io.musher;

import io.musher.balancer.Balancer;
import io.musher.internal.bind.BindRule;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Owns the common port of a cluster in the primary. The seam between the kinds of scheduling: an implementation decides
 * who listens on the port, and what a worker JVM does when its application binds it.
 *
 * <p>Thread-safe. {@link #close} may be called more than once.
 */
interface CommonPort {

    /** {@return the address of the common port as bound} */
    InetSocketAddress address();

    /** {@return the balancer; empty if the workers listen on the common port themselves} */
    Optional<Balancer> balancer();

    /** {@return what a worker JVM does when its application binds the common port; empty for what the kernel does} */
    Optional<BindRule> bindRule();

    /**
     * Learns that a worker JVM has ended before it was ready, or boots and does not listen on its port so far.
     *
     * @param startedWith the rule it was started with
     * @param output its last output
     * @return whether {@link #bindRule} is another one now, with which another start is worth a try
     */
    default boolean learnsFrom(Optional<BindRule> startedWith, String output) {
        return false;
    }

    /**
     * A worker has called {@code notReady()}.
     *
     * @param worker how the log names it
     */
    default void notReady(String worker) {}

    /** Gives up the port. */
    void close();

    /** {@return whether the workers listen on the common port themselves, and have no ports of their own} */
    default boolean isShared() {
        return balancer().isEmpty();
    }

    /** {@return the text about how connections reach the workers, for the log} */
    String describe();
}
