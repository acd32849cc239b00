package io.musher;

import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs handlers of signals to this JVM by {@code sun.misc.Signal}, which exists in every JDK; by reflection,
 * because the compiler warns of its use. Handlers are objects of its handler type.
 */
final class SignalHandlers {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private SignalHandlers() { }

    /**
     * {@return a signal handler that runs the code, null where there are no signals; {@code name} is used in its text}
     */
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

    /**
     * Installs a handler.
     *
     * @return the previous handler; null if the signal cannot be handled here
     */
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

    /**
     * Returns whether a previous handler is the one that ignores the signal: the JVM then keeps ignoring the signal,
     * even after another handler was installed.
     */
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
