package io.musher.internal.bind;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Installs in a worker JVM what its primary's {@link BindRule} says. */
public final class BindHook {

    /** The classes of this package, for a jar that contains nothing else. */
    public static final List<String> CLASSES = List.of("BindHook", "BindRule", "BindRule$Kind", "BindRedirection",
            "HostRedirection", "OwnPortRedirection", "RedirectTemplate",
            "BindAction", "CommonAddress", "ReusePortAction", "Sockets", "JdkNetHook", "JdkNetHook$1", "ClassRenamer",
            "NetHookTemplate",
            "NativeFunctions", "NativeFunctions$Function", "SystemCalls", "NativeSockets", "UnixNames",
            "UnixDatagramSocket", "UnixDatagramSocket$Datagram", "UnixDatagramSocket$Message", "MethodReferences",
            "NetCalls", "NetTemplate", "SharedListener",
            "SharedListenerHook",
            "AcceptPause", "AcceptPause$Watch", "BindAgent");

    /** The environment variable that contains the address for the worker to listen on. */
    static final String HOST = "MUSHER_HOST";

    private static final AtomicBoolean INSTALLED = new AtomicBoolean();

    /** The hook of this worker, if it shares the listener of the primary. */
    private static volatile @Nullable SharedListenerHook sharedListener;

    private BindHook() {}

    /**
     * Installs the hook that needs no agent if the environment contains a rule for it; once, in a worker JVM and before
     * its program binds a port.
     *
     * @throws IllegalStateException if this JDK does not have what the hook needs; the message says what to do
     */
    public static void installFromEnvironment() {
        String text = System.getenv(BindRule.VARIABLE);
        if (text != null && BindRule.parse(text).kind() == BindRule.Kind.REUSE_PORT
                && INSTALLED.compareAndSet(false, true)) {
            install(BindRule.parse(text));
        }
    }

    static void install(BindRule rule) {
        try {
            CommonAddress address = new CommonAddress(host());
            new JdkNetHook(new ReusePortAction(rule.commonPort(), address, toHost(rule)));
        } catch (ReflectiveOperationException | IOException | RuntimeException | LinkageError e) {
            throw failed(e);
        }
    }

    static Optional<HostRedirection> toHost(BindRule rule) throws UnknownHostException {
        return rule.primary().isEmpty() ? Optional.empty()
                : Optional.of(new HostRedirection(InetAddress.getByName(rule.primary().get()), rule.commonPort()));
    }

    /** {@return whether a worker's output says that its bind needs a {@code REUSE_PORT} rule with the host} */
    public static boolean needsHost(String output) {
        return output.contains(CommonAddress.ALL_BUT_HOST);
    }

    /** {@return whether a worker's output has a message of a hook that says why the common port could not be bound} */
    public static boolean saysWhy(String output) {
        return output.contains(SharedListener.CANNOT_MOVE) || output.contains(ReusePortAction.ALREADY_HERE);
    }

    static void installSharedListener(BindRule rule, Instrumentation instrumentation) {
        try {
            sharedListener = SharedListenerHook.install(rule, host(), instrumentation);
        } catch (ReflectiveOperationException | IOException | RuntimeException | LinkageError e) {
            throw failed(e);
        }
    }

    private static InetAddress host() throws UnknownHostException {
        return InetAddress.getByName(System.getenv(HOST));
    }

    static IllegalStateException failed(Throwable cause) {
        return new IllegalStateException("scheduling KERNEL does not work on Java "
                + Runtime.version() + ", whose internals differ from those known (" + cause
                + "); use Scheduling.RELAY, or AUTO, or another Java for the workers", cause);
    }

    /**
     * Keeps the application of this worker from accepting connections on the common port, which other workers accept
     * then; does nothing where this worker does not share the listener of the primary.
     *
     * @throws IOException if the system refuses it
     */
    public static void pauseAccepting() throws IOException {
        SharedListenerHook hook = sharedListener;
        if (hook != null) {
            hook.pause();
        }
    }

    /**
     * Ends what {@link #pauseAccepting} began.
     *
     * @throws IOException if the system refuses it
     */
    public static void resumeAccepting() throws IOException {
        SharedListenerHook hook = sharedListener;
        if (hook != null) {
            hook.resume();
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
