package io.musher.internal.bind;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Installs the bind hook in a worker JVM whose main class is not started by Musher's, or whose hook changes a class of
 * the JDK: named by {@code -javaagent}.
 */
public final class BindAgent {

    private BindAgent() {}

    /**
     * Installs the hook; called before the main class is loaded.
     *
     * @param arguments not used
     * @param instrumentation changes classes
     */
    public static void premain(String arguments, Instrumentation instrumentation) {
        BindHook.installFromEnvironment();
        String text = System.getenv(BindRule.VARIABLE);
        if (text != null) {
            BindRule rule = BindRule.parse(text);
            if (rule.kind() == BindRule.Kind.REDIRECT) {
                redirect(rule, instrumentation);
            } else if (rule.kind() == BindRule.Kind.SHARED_LISTENER) {
                BindHook.installSharedListener(rule, instrumentation);
            } else if (rule.needsAgent()) {
                redirectToHost(rule, instrumentation);
            }
        }
    }

    private static void redirectToHost(BindRule rule, Instrumentation instrumentation) {
        try {
            BindRedirection.install(BindHook.toHost(rule).orElseThrow(), instrumentation);
        } catch (ReflectiveOperationException | UnmodifiableClassException | IOException | RuntimeException
                | LinkageError e) {
            throw BindHook.failed(e); // or the application would listen on all addresses
        }
    }

    private static void redirect(BindRule rule, Instrumentation instrumentation) {
        try {
            InetAddress primary = InetAddress.getByName(rule.primary().orElseThrow());
            InetSocketAddress own = new InetSocketAddress(System.getenv(BindHook.HOST),
                    Integer.parseInt(System.getenv("MUSHER_PORT")));
            boolean tells = "0".equals(System.getenv("MUSHER_INSTANCE")); // one worker is enough
            BindRedirection.install(
                    new OwnPortRedirection(new InetSocketAddress(primary, rule.commonPort()), own, tells),
                    instrumentation);
        } catch (ReflectiveOperationException | UnmodifiableClassException | IOException | RuntimeException
                | LinkageError e) {
            // not fatal: the bind of the application fails, and its error becomes that of the start
            System.err.println("Musher: binds of port " + rule.commonPort() + " are not redirected, because Java "
                    + Runtime.version() + " has other internals than those known: " + e);
        }
    }
}
