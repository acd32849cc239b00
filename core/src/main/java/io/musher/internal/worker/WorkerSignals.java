package io.musher.internal.worker;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs signal handlers by {@code sun.misc.Signal}; by reflection, because the compiler warns of that class. Where
 * it is not available, signals keep their handlers.
 */
final class WorkerSignals {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.WorkerContext");

    private WorkerSignals() {}

    /**
     * Runs an action on every signal of this name, on a thread of the JVM.
     *
     * <p>To ignore a signal, install an empty action: a signal ignored by the kernel would be ignored by child
     * processes too.
     */
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler calls = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    action.run();
                    yield null;
                }
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "handler of SIG" + name;
            };
            signal.getMethod("handle", signal, handler).invoke(null,
                    signal.getConstructor(String.class).newInstance(name),
                    Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[]{handler}, calls));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("SIG{} keeps its handler", name, e);
        }
    }
}
