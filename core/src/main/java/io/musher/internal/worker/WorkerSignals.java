package io.musher.internal.worker;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes signals over by {@code sun.misc.Signal}, by reflection because the compiler warns of it; where that fails, all stays as it was. */
final class WorkerSignals {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.WorkerContext");

    private WorkerSignals() { }

    /**
     * Calls back on every such signal, on a thread of the JVM's.
     *
     * <p>A signal to be ignored gets an empty handler: ignoring it in the kernel's sense would be inherited by child processes.
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
            signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class).newInstance(name),
                    Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, calls));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("SIG{} keeps its handler", name, e);
        }
    }
}
