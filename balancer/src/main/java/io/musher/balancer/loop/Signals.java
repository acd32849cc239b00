package io.musher.balancer.loop;

import java.util.function.Consumer;

/**
 * Installs handlers of operating system signals. Only this class uses {@code sun.misc.Signal}: the compiler warns about
 * it, and a JVM may lack it (its module is {@code jdk.unsupported}); signals and handlers are therefore plain objects
 * for all others. Not by reflection, which costs each start of a worker 11 ms on JDK 17 and more on 25. Thread-safe.
 */
public final class Signals {

    private static final Log LOG = Log.lazy("io.musher.balancer.loop.Signals");

    private Signals() {}

    private static final class Handler implements sun.misc.SignalHandler {

        private final String name;
        private final Consumer<Object> code;

        Handler(String name, Consumer<Object> code) {
            this.name = name;
            this.code = code;
        }

        @Override
        public void handle(sun.misc.Signal signal) {
            code.accept(signal);
        }

        @Override
        public String toString() {
            return "Musher's handler of SIG" + name;
        }
    }

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
            return new Handler(name, code);
        } catch (LinkageError e) {
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
        if (handler == null) {
            return null;
        }
        try {
            return sun.misc.Signal.handle(new sun.misc.Signal(name), (sun.misc.SignalHandler) handler);
        } catch (RuntimeException | LinkageError e) {
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
            ((sun.misc.SignalHandler) handler).handle((sun.misc.Signal) signal);
        } catch (RuntimeException | Error e) {
            LOG.warn("the previously installed handler of {} failed", signal, e);
        }
    }

    /** {@return whether a handler is the one that makes the kernel ignore the signal} */
    public static boolean ignores(@Nullable Object handler) {
        return handler != null && handler == sun.misc.SignalHandler.SIG_IGN;
    }
}
