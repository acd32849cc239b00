package io.musher.balancer;

import io.musher.balancer.loop.Nullable;
import java.net.InetSocketAddress;

/**
 * Listener for the events of a {@link Balancer}. Every method does nothing by default; methods may be added in later
 * versions.
 *
 * <p>Called on the event loops' threads: return quickly and never wait for the balancer. Exceptions are logged, once
 * per method, and otherwise ignored.
 */
public interface BalancerListener {

    /**
     * Called when a target is ejected after failed connects, or after connections that it closed without an answer. The
     * balancer retries it in the background and restores it as soon as it works.
     *
     * @param target the ejected target
     * @param why what failed
     */
    default void ejected(Target target, String why) {}

    /**
     * Called when the active probe finds a target down, or when its host name cannot be resolved.
     *
     * @param target the target that is down
     * @param why what failed
     */
    default void down(Target target, String why) {}

    /**
     * Called when a target that was ejected or down gets connections again.
     *
     * @param target the restored target
     */
    default void restored(Target target) {}

    /**
     * Called when the last connection of a withdrawn target has ended.
     *
     * @param target the drained target
     */
    default void drained(Target target) {}

    /**
     * Called when a client is closed without service; {@link BalancerStats#rejected} lists the reasons.
     *
     * @param client the client's address, or null if the client had already left
     * @param why the reason
     */
    default void rejected(@Nullable InetSocketAddress client, String why) {}

    /**
     * Called when the memory for slow connections ({@link BalancerBuilder#maxBufferedBytes}) is spent and stalled
     * connections are reset; by each loop at most once in 10 s.
     *
     * @param why the limit that was reached
     */
    default void buffersSpent(String why) {}

    /** Called when a loop pauses accepting because file descriptors ran out. */
    default void acceptPaused() {}

    /** Called when a loop that paused accepting resumes, or stops accepting for good. */
    default void acceptResumed() {}
}
