package io.musher.balancer.loop;

import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Installs handlers of operating system signals. Uses {@code sun.misc.Signal} by reflection, because the compiler warns
 * about it; signals and handlers are therefore plain objects here. Thread-safe.
 */
public final class Signals {

    private static final Log LOG = Log.lazy("io.musher.balancer.loop.Signals");

    private Signals() {}

    /**
     * Runs code on every signal of a name, from now on. Does nothing where the signal cannot be handled.
     *
     * <p>Empty code ignores the signal in this process only; a signal that is ignored by the kernel would be ignored by
     * child processes, too.
     *
     * @param name the name without {@code SIG}
     * @param code runs on a thread of the JVM
     */
    public static void handle(String name, Runnable code) {
        replace(name, handler(name, signal -> code.run()));
    }

    /**
     * {@return a handler to install by {@link #replace}; null where the JVM has no signals}
     *
     * @param name the name of the signal, which describes the handler
     * @param code receives each signal, on a thread of the JVM
     */
    public static @Nullable Object handler(String name, Consumer<Object> code) {
        try {
            return Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[]{handlerType()},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            code.accept(arguments[0]);
                            yield null;
                        }
                        case "hashCode" -> System.identityHashCode(proxy);
                        case "equals" -> proxy == arguments[0];
                        default -> "Musher's handler of SIG" + name;
                    });
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("no signal handlers in this JVM", e);
            return null;
        }
    }

    /**
     * Installs a handler.
     *
     * @param name the name of the signal without {@code SIG}
     * @param handler a handler of {@link #handler} or a former one
     * @return the former handler; null if the signal keeps it, because the system does not have the signal or the JVM
     *     reserves it
     */
    public static @Nullable Object replace(String name, @Nullable Object handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            return signal.getMethod("handle", signal, handlerType()).invoke(null,
                    signal.getConstructor(String.class).newInstance(name), handler);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("SIG{} keeps its handler", name, e);
            return null;
        }
    }

    /**
     * Passes a signal on to a handler.
     *
     * @param handler a former handler, or null for none
     * @param signal what the code of {@link #handler} has received
     */
    public static void pass(@Nullable Object handler, Object signal) {
        if (handler == null) {
            return;
        }
        try {
            handlerType().getMethod("handle", signal.getClass()).invoke(handler, signal);
        } catch (ReflectiveOperationException e) {
            LOG.warn("the previously installed handler of {} failed", signal, e);
        }
    }

    /** {@return whether a handler is the one that makes the kernel ignore the signal} */
    public static boolean ignores(@Nullable Object handler) {
        try {
            return handler == handlerType().getField("SIG_IGN").get(null);
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static Class<?> handlerType() throws ClassNotFoundException {
        return Class.forName("sun.misc.SignalHandler");
    }
}
