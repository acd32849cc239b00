package io.musher.internal.signal;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals to this JVM, by {@code sun.misc.Signal}: by reflection, because the compiler warns of it.
 *
 * <p>However many clusters there are, a signal has one handler: it calls the receivers of all of them. The former
 * handler, which was there before the first receiver, gets the signal when the last receiver that was called is done
 * with it, and is restored when no receiver is left, in whatever order they leave. Thread safe.
 */
public final class SignalHandlers {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");

    /** By the name of the signal; those with receivers. Also the lock. */
    private static final Map<String, SignalHandlers> INSTALLED = new HashMap<>();

    private final String name;
    private final List<Receiver> receivers = new ArrayList<>();
    private Object handler;
    private volatile Object former;

    private SignalHandlers(String name) {
        this.name = name;
    }

    /** What one cluster does about one signal. */
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
            try {
                return signal.former == Class.forName("sun.misc.SignalHandler").getField("SIG_IGN").get(null);
            } catch (ReflectiveOperationException e) {
                return false;
            }
        }

        /** Receives no signals any more. */
        public void close() {
            signal.remove(this);
        }

        /**
         * Closes this receiver, which is done with a signal; the former handler gets it unless other receivers are not
         * done.
         */
        public void pass(Object received) {
            if (signal.remove(this)) {
                handle(signal.former, received);
            }
        }
    }

    /**
     * {@return a receiver, the code of which runs on a thread of the JVM's; null where the signal cannot be handled}
     */
    public static Receiver receive(String name, Consumer<Object> code) {
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
        try {
            Class<?> type = Class.forName("sun.misc.SignalHandler");
            handler = Proxy.newProxyInstance(SignalHandlers.class.getClassLoader(), new Class<?>[]{type}, this::called);
        } catch (ClassNotFoundException e) {
            return false;
        }
        former = replace(handler);
        return former != null;
    }

    private Object called(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "handle" -> {
                received(arguments[0]);
                yield null;
            }
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            default -> "Musher's handler of SIG" + name;
        };
    }

    private void received(Object signal) {
        List<Receiver> all;
        synchronized (INSTALLED) {
            all = List.copyOf(receivers);
            all.forEach(receiver -> receiver.called = true);
        }
        all.forEach(receiver -> receiver.code.accept(signal));
        if (all.isEmpty()) { // a handler that was installed after this one still calls it
            handle(former, signal);
        }
    }

    /** {@return whether no other receiver that was called is left} */
    private boolean remove(Receiver receiver) {
        synchronized (INSTALLED) {
            if (receivers.remove(receiver) && receivers.isEmpty()) {
                INSTALLED.remove(name);
                Object present = replace(former);
                if (present != null && present != handler) {
                    replace(present); // another library's, installed after this one
                }
            }
            return receivers.stream().noneMatch(each -> each.called);
        }
    }

    /** {@return the handler before, null when the signal cannot be handled here} */
    private Object replace(Object by) {
        try {
            Class<?> signals = Class.forName("sun.misc.Signal");
            return signals.getMethod("handle", signals, Class.forName("sun.misc.SignalHandler"))
                    .invoke(null, signals.getConstructor(String.class).newInstance(name), by);
        } catch (ReflectiveOperationException e) {
            LOG.debug("SIG{} is left to the JVM", name, e);
            return null;
        }
    }

    private static void handle(Object handler, Object signal) {
        try {
            Class.forName("sun.misc.SignalHandler").getMethod("handle", signal.getClass()).invoke(handler, signal);
        } catch (ReflectiveOperationException e) {
            LOG.warn("the former handler of {} failed", signal, e);
        }
    }
}
