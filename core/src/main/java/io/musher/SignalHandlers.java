package io.musher;

import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signals to this JVM, by {@code sun.misc.Signal}: by reflection, because the compiler warns of it. Handlers are objects of its type. */
final class SignalHandlers {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private SignalHandlers() { }

    /** {@return a handler, null where there are no signals; {@code name} is for its text} */
    static Object handler(String name, Consumer<Object> code) {
        try {
            Class<?> type = Class.forName("sun.misc.SignalHandler");
            return Proxy.newProxyInstance(SignalHandlers.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    code.accept(arguments[0]);
                    return null;
                }
                return switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> "signal handler of " + name;
                };
            });
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    /** {@return the former handler, null when the signal cannot be handled here} */
    static Object handle(String signal, Object handler) {
        if (handler == null) {
            return null;
        }
        try {
            Class<?> signals = Class.forName("sun.misc.Signal");
            return signals.getMethod("handle", signals, Class.forName("sun.misc.SignalHandler"))
                    .invoke(null, signals.getConstructor(String.class).newInstance(signal), handler);
        } catch (ReflectiveOperationException e) {
            LOG.debug("SIG{} is left to the JVM", signal, e);
            return null;
        }
    }

    /** Returns whether a former handler is the one that ignores its signal: the JVM then keeps ignoring the signal, whatever is installed. */
    static boolean isIgnore(Object former) {
        try {
            return former != null && former == Class.forName("sun.misc.SignalHandler").getField("SIG_IGN").get(null);
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    static void pass(Object handler, Object signal) {
        try {
            Class.forName("sun.misc.SignalHandler").getMethod("handle", signal.getClass()).invoke(handler, signal);
        } catch (ReflectiveOperationException e) {
            LOG.warn("the former handler of {} failed", signal, e);
        }
    }
}
