package io.musher.internal.signal;

import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Signals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Shares each signal of this JVM among all clusters: one handler per signal calls the receivers of all of them.
 *
 * <p>The previously installed handler gets the signal when the last receiver that was called is done with it, and is
 * restored when no receiver is left, in whatever order they leave. Thread-safe.
 */
public final class SignalHandlers {

    /** By the name of the signal; those with receivers. Also the lock. */
    private static final Map<String, SignalHandlers> INSTALLED = new HashMap<>();

    private final String name;
    private final List<Receiver> receivers = new ArrayList<>();
    private @Nullable Object handler;
    private volatile @Nullable Object former;

    private SignalHandlers(String name) {
        this.name = name;
    }

    /** Receives one signal for one cluster. */
    public static final class Receiver {

        private final SignalHandlers signal;
        private final Consumer<Object> code;
        private boolean called;

        private Receiver(SignalHandlers signal, Consumer<Object> code) {
            this.signal = signal;
            this.code = code;
        }

        /** Returns whether this JVM ignores the signal: it keeps doing so, whatever is installed. */
        public boolean isIgnored() {
            return Signals.ignores(signal.former);
        }

        /** Stops receiving signals. */
        public void close() {
            signal.remove(this);
        }

        /**
         * Closes this receiver, which is done with a signal; the former handler gets it unless other receivers are not
         * done.
         */
        public void pass(Object received) {
            if (signal.remove(this)) {
                Signals.pass(signal.former, received);
            }
        }
    }

    /**
     * {@return a receiver, the code of which runs on a thread of the JVM's; null where the signal cannot be handled}
     */
    public static @Nullable Receiver receive(String name, Consumer<Object> code) {
        synchronized (INSTALLED) {
            SignalHandlers signal = INSTALLED.get(name);
            if (signal == null) {
                signal = new SignalHandlers(name);
                if (!signal.install()) {
                    return null;
                }
                INSTALLED.put(name, signal);
            }
            Receiver receiver = new Receiver(signal, code);
            signal.receivers.add(receiver);
            return receiver;
        }
    }

    private boolean install() {
        handler = Signals.handler(name, this::received);
        former = handler == null ? null : Signals.replace(name, handler);
        return former != null;
    }

    private void received(Object signal) {
        List<Receiver> all;
        synchronized (INSTALLED) {
            all = List.copyOf(receivers);
            all.forEach(receiver -> receiver.called = true);
        }
        all.forEach(receiver -> receiver.code.accept(signal));
        if (all.isEmpty()) { // a handler that was installed after this one still calls it
            Signals.pass(former, signal);
        }
    }

    /** {@return whether no other receiver that was called is left} */
    private boolean remove(Receiver receiver) {
        synchronized (INSTALLED) {
            if (receivers.remove(receiver) && receivers.isEmpty()) {
                INSTALLED.remove(name);
                Object present = Signals.replace(name, former);
                if (present != null && present != handler) {
                    Signals.replace(name, present); // another library's, installed after this one
                }
            }
            return receivers.stream().noneMatch(each -> each.called);
        }
    }
}
