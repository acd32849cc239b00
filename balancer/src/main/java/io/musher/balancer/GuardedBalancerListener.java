package io.musher.balancer;

import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Wraps the user's listener; logs its exceptions, once per listener method, and keeps them away from the event loops.
 */
final class GuardedBalancerListener implements BalancerListener {

    private static final Log LOG = Log.of(Balancer.class);

    private final String name;
    private final BalancerListener listener;
    private final Set<String> blamed = ConcurrentHashMap.newKeySet();

    GuardedBalancerListener(String name, BalancerListener listener) {
        this.name = name;
        this.listener = listener;
    }

    @Override
    public void ejected(Target target, String why) {
        guard("ejected", l -> l.ejected(target, why));
    }

    @Override
    public void down(Target target, String why) {
        guard("down", l -> l.down(target, why));
    }

    @Override
    public void restored(Target target) {
        guard("restored", l -> l.restored(target));
    }

    @Override
    public void drained(Target target) {
        guard("drained", l -> l.drained(target));
    }

    @Override
    public void rejected(@Nullable InetSocketAddress client, String why) {
        guard("rejected", l -> l.rejected(client, why));
    }

    @Override
    public void buffersSpent(String why) {
        guard("buffersSpent", l -> l.buffersSpent(why));
    }

    @Override
    public void acceptPaused() {
        guard("acceptPaused", BalancerListener::acceptPaused);
    }

    @Override
    public void acceptResumed() {
        guard("acceptResumed", BalancerListener::acceptResumed);
    }

    private void guard(String kind, Consumer<BalancerListener> call) {
        try {
            call.accept(listener);
        } catch (Throwable e) {
            if (blamed.add(kind)) {
                LOG.warn("{}: listener {} threw an exception in {}(), which is ignored (logged once per method)", name,
                        listener.getClass().getName(), kind, e);
            }
        }
    }
}
