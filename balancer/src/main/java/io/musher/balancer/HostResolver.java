package io.musher.balancer;

import io.musher.balancer.BalancerStats.TargetState;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.OperatorLog;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Resolves the host names of targets (DNS); owned by {@link TargetRegistry}'s loop, the lookups run on separate
 * threads.
 *
 * <p>A name is looked up when its target is listed, again after growing pauses while there is no answer, and when
 * connects to all its addresses have failed, at most once a second. A target without an address is down. Known
 * addresses stay in use until a lookup finds others; the balancer's own address is ignored. The JDK caches lookups
 * ({@code networkaddress.cache.ttl}).
 */
final class HostResolver {

    /** Finds the addresses of a host; may block. */
    interface Lookup {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    /** The addresses of a host; {@code why} says why there are none. */
    private record Found(InetAddress[] addresses, String why) {
        static Found none(InetSocketAddress target, Throwable cause) {
            return new Found(NONE, "host " + target.getHostString() + " cannot be resolved: " + cause);
        }
    }

    private static final InetAddress[] NONE = {};
    private static final Log LOG = Log.of(Balancer.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Balancer.class);
    private static final int THREADS = 4;
    private static final long MIN_PAUSE = 1_000_000_000;
    private static final long MAX_PAUSE = 30_000_000_000L;

    private final BalancerConfig config;
    private final BalancerListener listener;
    private final EventLoop loop;
    private final TargetRegistry registry;
    private final InetSocketAddress listening;
    private final ThreadPoolExecutor threads;

    HostResolver(BalancerConfig config, BalancerListener listener, EventLoop loop, TargetRegistry registry,
            InetSocketAddress listening) {
        this.config = config;
        this.listener = listener;
        this.loop = loop;
        this.registry = registry;
        this.listening = listening;
        this.threads = new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, config.name() + "-lb-lookup");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Looks a target up again after connects to all its known addresses have failed; callable from any loop. */
    void lookUpAgain(Backend backend) {
        if (backend.isNamed() && backend.addresses.isLookupDue(MIN_PAUSE)) {
            registry.post(() -> {
                TargetEntry entry = registry.entryOf(backend);
                if (entry != null) {
                    lookUp(entry);
                }
            });
        }
    }

    /** Looks up a newly listed target that has a host name. */
    void listed(TargetEntry entry) {
        if (entry.backend.isNamed() && entry.backend.address() == null) {
            lookUp(entry);
        }
    }

    private void lookUp(TargetEntry entry) {
        if (entry.lookingUp) {
            return;
        }
        entry.lookingUp = true;
        InetSocketAddress target = entry.backend.target().address();
        try {
            threads.execute(() -> {
                Found found = find(target);
                registry.post(() -> lookedUp(entry, found));
            });
        } catch (RejectedExecutionException e) {
            LOG.trace("{}: no lookup, the balancer is closed", config.name());
        } catch (OutOfMemoryError e) { // no thread could be started; tried again like a name without an address
            registry.post(() -> lookedUp(entry, Found.none(target, e)));
        }
    }

    /** Looks up a host; never throws, because the entry would wait for the result forever. */
    private Found find(InetSocketAddress target) {
        String host = target.getHostString();
        try {
            InetAddress[] all = config.lookup().of(host);
            InetAddress[] addresses = SelfTargetCheck.without(listening, target.getPort(), all);
            return addresses.length == all.length ? new Found(addresses, "host " + host + " cannot be resolved")
                    : new Found(addresses, "host " + host + " is the balancer itself, which listens on "
                            + Balancer.text(listening));
        } catch (UnknownHostException e) {
            return new Found(NONE, "host " + host + " cannot be resolved");
        } catch (Throwable e) { // of a resolver that the JVM was given, or of the JVM itself
            return Found.none(target, e);
        }
    }

    private void lookedUp(TargetEntry entry, Found found) {
        Backend backend = entry.backend;
        entry.lookingUp = false;
        if (registry.entryOf(backend) != entry) {
            return;
        }
        boolean first = backend.address() == null;
        if (found.addresses.length > 0) {
            backend.addresses.found(found.addresses);
            entry.lookupPause = MIN_PAUSE;
            if (first) {
                LOG.debug("{}: addresses of target {}: {}", config.name(), backend, found.addresses.length);
                registry.resolved(entry);
            }
        } else if (first) {
            if (backend.why().isEmpty()) {
                backend.setState(TargetState.DOWN, found.why);
                OPERATOR.warn("{}: target {} is down: {}; the lookup is repeated in the background", config.name(),
                        backend,
                        found.why);
                listener.down(backend.target(), found.why);
            }
            loop.schedule(TargetEntry.jittered(entry.lookupPause), () -> {
                if (registry.entryOf(backend) == entry) {
                    lookUp(entry);
                }
            });
            entry.lookupPause = Math.min(MAX_PAUSE, entry.lookupPause * 2);
        }
    }

    /** Stops the lookup threads; does not wait for lookups in progress, which may take long. */
    void close() {
        threads.shutdownNow();
    }
}
