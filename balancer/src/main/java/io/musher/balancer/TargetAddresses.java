package io.musher.balancer;

import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The addresses of one target, and the one in use: all connections go to it until a connect fails. Thread safe. */
final class TargetAddresses {

    private final int port;
    private final Ticker ticker;
    private final AtomicLong lastLookup = new AtomicLong();
    private volatile InetSocketAddress[] all = {};
    private volatile @Nullable InetSocketAddress current; // an element of all

    /** Starts with the target's address if it is resolved, else with none. */
    TargetAddresses(InetSocketAddress listed, Ticker ticker) {
        this.port = listed.getPort();
        this.ticker = ticker;
        if (!listed.isUnresolved()) {
            found(listed.getAddress());
        }
    }

    /** {@return the address to connect to, null while the host name is not resolved} */
    @Nullable
    InetSocketAddress current() {
        return current;
    }

    /**
     * Selects the next address after a failed connect, in a series of connects that began with {@code first}.
     *
     * @return the next address, null when all were tried
     */
    @Nullable
    InetSocketAddress next(InetSocketAddress failed, InetSocketAddress first) {
        InetSocketAddress[] known = all;
        if (known.length < 2) {
            return null;
        }
        int index = List.of(known).indexOf(failed);
        InetSocketAddress next = known[(index + 1) % known.length];
        if (failed.equals(current)) {
            current = next;
        }
        return index < 0 || next.equals(first) ? null : next;
    }

    /**
     * Sets the addresses found for the host name, in the order to try; keeps the current address if it is among them.
     */
    void found(InetAddress... found) {
        InetSocketAddress[] fresh = new InetSocketAddress[found.length];
        for (int i = 0; i < fresh.length; i++) {
            fresh[i] = new InetSocketAddress(found[i], port);
        }
        all = fresh;
        if (current == null || !List.of(fresh).contains(current)) {
            current = fresh[0];
        }
    }

    /** {@return whether the last lookup of the name is at least this long ago; if so, records a lookup now} */
    boolean isLookupDue(long nanos) {
        long last = lastLookup.get();
        long now = ticker.nanos();
        return (last == 0 || now - last >= nanos) && lastLookup.compareAndSet(last, now == 0 ? 1 : now);
    }
}
