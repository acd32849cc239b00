package io.musher.internal.bind;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Installs in a worker JVM what its primary's {@link BindRule} says. */
public final class BindHook {

    /** The classes of this package that a worker needs, for a jar that contains nothing else. */
    public static final List<String> CLASSES = List.of("BindHook", "BindRule", "BindRule$Kind", "BindRedirection",
            "RedirectTemplate",
            "BindAction", "ReusePortAction", "Sockets", "JdkNetHook", "JdkNetHook$1", "ClassRenamer", "NetHookTemplate",
            "BindAgent");

    private BindHook() {}

    /**
     * Installs the hook if the environment contains a rule that needs no agent. To be called once, in a worker JVM and
     * before its program binds a port.
     *
     * @throws IllegalStateException if this JDK does not have what the hook needs; the message says what to do
     */
    public static void installFromEnvironment() {
        String text = System.getenv(BindRule.VARIABLE);
        if (text != null && BindRule.parse(text).kind() == BindRule.Kind.REUSE_PORT) {
            install(BindRule.parse(text));
        }
    }

    static void install(BindRule rule) {
        try {
            new JdkNetHook(new ReusePortAction(rule.commonPort()));
        } catch (ReflectiveOperationException | IOException | RuntimeException | LinkageError e) {
            throw new IllegalStateException("scheduling KERNEL does not work on Java "
                    + Runtime.version() + ", whose internals differ from those known (" + e
                    + "); use Scheduling.RELAY, or AUTO, or another Java for the workers", e);
        }
    }

    /** {@return what this Java lacks for the hook; empty if it has everything} */
    public static Optional<String> missing() {
        try {
            return JdkNetHook.internals().isEmpty() ? Optional.of("nothing known") : Optional.empty();
        } catch (ReflectiveOperationException | LinkageError e) {
            return Optional.of(e.toString());
        }
    }

    /**
     * {@return whether a worker JVM like this one needs the package {@code sun.nio.ch} opened by a flag; the same Java
     * in the same module mode gives the same answer}
     */
    public static boolean needsFlag() {
        return !JdkNetHook.isAccessible();
    }
}
