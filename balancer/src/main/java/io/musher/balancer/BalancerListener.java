package io.musher.balancer;

import java.net.InetSocketAddress;

/**
 * Hears what a balancer does; every method does nothing unless overridden, and methods may be added.
 *
 * <p>Called on the loops' threads: return quickly, and never wait for the balancer. What a method throws is logged and harms nothing.
 */
public interface BalancerListener {

    /**
     * A target was taken out after failed connects, or after connections that it ended without an answer; it is tried in the
     * background and comes back as soon as it works.
     *
     * @param target the target
     * @param why what failed
     */
    default void ejected(Target target, String why) { }

    /**
     * The active probe found a target down, or its host name cannot be resolved.
     *
     * @param target the target
     * @param why what failed
     */
    default void down(Target target, String why) { }

    /**
     * A target that was ejected or down gets connections again.
     *
     * @param target the target
     */
    default void restored(Target target) { }

    /**
     * The last connection of a withdrawn target has ended.
     *
     * @param target the target
     */
    default void drained(Target target) { }

    /**
     * A client was closed without service.
     *
     * @param client its address
     * @param why what was the matter
     */
    default void rejected(InetSocketAddress client, String why) { }

    /**
     * The memory for slow connections ({@link BalancerBuilder#maxBufferedBytes}) is spent and stalled connections are ended. Called
     * at most once in 10 s by each loop.
     *
     * @param why what was the matter
     */
    default void buffersSpent(String why) { }

    /**
     * A loop stopped accepting because descriptors ran out, or accepts again.
     *
     * @param paused whether it stopped
     */
    default void accepting(boolean paused) { }
}
