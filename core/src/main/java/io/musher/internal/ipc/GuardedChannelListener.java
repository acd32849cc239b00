package io.musher.internal.ipc;

import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forwards channel events to a listener and logs what the listener throws, so that the channel stays usable. */
final class GuardedChannelListener implements ChannelListener {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");

    private final String worker;
    private final ChannelListener listener;

    GuardedChannelListener(String worker, ChannelListener listener) {
        this.worker = worker;
        this.listener = listener;
    }

    @Override
    public void hello(long pid) {
        guard(() -> listener.hello(pid));
    }

    @Override
    public void ready() {
        guard(listener::ready);
    }

    @Override
    public void notReady() {
        guard(listener::notReady);
    }

    @Override
    public void listening(InetSocketAddress address) {
        guard(() -> listener.listening(address));
    }

    @Override
    public void disconnectRequested() {
        guard(listener::disconnectRequested);
    }

    @Override
    public void stopRequested() {
        guard(listener::stopRequested);
    }

    @Override
    public void heartbeatAnswered(long number) {
        guard(() -> listener.heartbeatAnswered(number));
    }

    @Override
    public void drainHooks() {
        guard(listener::drainHooks);
    }

    @Override
    public void drainHooksDone() {
        guard(listener::drainHooksDone);
    }

    @Override
    public void mainReturned() {
        guard(listener::mainReturned);
    }

    @Override
    public void goodbye() {
        guard(listener::goodbye);
    }

    @Override
    public void lost(String why) {
        guard(() -> listener.lost(why));
    }

    private void guard(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            LOG.error("{}: an event of its channel could not be handled; the channel stays open", worker, e);
        }
    }
}
