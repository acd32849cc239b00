package io.musher.balancer;

import io.musher.balancer.loop.BlockingMode;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;

/**
 * Keeps event loops from blocking in an accept from the socket that this process has inherited. Whether a socket blocks
 * is a property that all processes which have it share, and each of them can change it: systemd makes a socket blocking
 * whenever it starts a service that has it as standard input.
 *
 * <p>While it blocks, only the first loop of a balancer accepts, and only clients that are in the queue for certain:
 * the process that has just been started does not accept before it has made the socket non-blocking again. One per
 * loop, used on its thread only.
 */
final class BlockingGuard {

    private final ServerSocketChannel listening;
    private final boolean first;
    private final BlockingMode mode = new BlockingMode(0);
    private @Nullable Selector queue;

    private BlockingGuard(ServerSocketChannel listening, boolean first) {
        this.listening = listening;
        this.first = first;
    }

    /** {@return a guard for a loop, null if the channel is not the inherited one} */
    static @Nullable BlockingGuard of(ServerSocketChannel listening, boolean first) {
        try {
            return listening.equals(System.inheritedChannel()) ? new BlockingGuard(listening, first) : null;
        } catch (IOException | RuntimeException e) {
            return null; // whatever it is, it is not the channel
        }
    }

    /** {@return whether an accept blocks if there is no client} */
    boolean isBlocking() {
        return mode.isBlocking();
    }

    /** {@return whether this loop accepts while the socket blocks} */
    boolean isFirst() {
        return first;
    }

    /** {@return whether there is a client to accept} */
    boolean hasClient() throws IOException {
        Selector selector = queue;
        if (selector == null) {
            selector = Selector.open();
            queue = selector;
            listening.register(selector, SelectionKey.OP_ACCEPT);
        }
        return selector.selectNow(key -> {}) > 0;
    }

    void close() {
        mode.close();
        try {
            Selector selector = queue;
            if (selector != null) {
                selector.close();
            }
        } catch (IOException e) {
            return; // closed anyway
        }
    }
}
