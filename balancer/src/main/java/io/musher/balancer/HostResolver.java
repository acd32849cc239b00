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

    private static final Log LOG = Log.of(Balancer.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Balancer.class);
    private static final int THREADS = 4;
    private static final long BETWEEN = 1_000_000_000;
    private static final long LAST_PAUSE = 30_000_000_000L;

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
    void outdated(Backend backend) {
        if (backend.isNamed() && backend.isLookupDue(BETWEEN)) {
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
        InetSocketAddress target = entry.backend.target().address();
        String host = target.getHostString();
        try {
            threads.execute(() -> {
                InetAddress[] found;
                try {
                    found = config.lookup().of(host);
                } catch (UnknownHostException | RuntimeException e) {
                    LOG.debug("{}: no address of {}", config.name(), host, e);
                    found = new InetAddress[0];
                }
                InetAddress[] addresses = SelfTargetCheck.without(listening, target.getPort(), found);
                String why = addresses.length == found.length ? "host " + host + " cannot be resolved"
                        : "host " + host + " is the balancer itself, which listens on " + Balancer.text(listening);
                registry.post(() -> lookedUp(entry, addresses, why));
            });
            entry.lookingUp = true;
        } catch (RejectedExecutionException e) {
            LOG.trace("{}: closed", config.name());
        }
    }

    private void lookedUp(TargetEntry entry, InetAddress[] found, String why) {
        Backend backend = entry.backend;
        entry.lookingUp = false;
        if (registry.entryOf(backend) != entry) {
            return;
        }
        boolean first = backend.address() == null;
        if (found.length > 0) {
            backend.found(found);
            entry.lookupPause = BETWEEN;
            if (first) {
                LOG.debug("{}: target {} has {} address(es)", config.name(), backend, found.length);
                registry.resolved(entry);
            }
        } else if (first) {
            if (backend.why().isEmpty()) {
                backend.setState(TargetState.DOWN, why);
                OPERATOR.warn("{}: target {} is down: {}; it is looked up again until it can", config.name(), backend,
                        why);
                listener.down(backend.target(), why);
            }
            loop.schedule(TargetEntry.jittered(entry.lookupPause), () -> {
                if (registry.entryOf(backend) == entry) {
                    lookUp(entry);
                }
            });
            entry.lookupPause = Math.min(LAST_PAUSE, entry.lookupPause * 2);
        }
    }

    /** Stops the lookup threads; does not wait for lookups in progress, which may take long. */
    void close() {
        threads.shutdownNow();
    }
}
