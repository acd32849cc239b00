package io.musher.internal.bind;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Binds sockets to other addresses than those that the application says: in the reference of {@code sun.nio.ch.Net} to
 * its native method {@code bind0} the class is changed, and nothing else of the JDK.
 */
final class BindRedirection {

    private static final String NET = "sun.nio.ch.Net";
    private static final String BIND = "bind0(";
    private static final String HERE = "io/musher/internal/bind/RedirectTemplate";
    private static final String THERE = "sun/nio/ch/MusherBind";

    private BindRedirection() {}

    /**
     * Redirects binds in this JVM.
     *
     * @param addresses gives the address that a socket is bound to in place of the given one
     */
    static void install(UnaryOperator<InetSocketAddress> addresses, Instrumentation instrumentation)
            throws ReflectiveOperationException, IOException, UnmodifiableClassException {
        Class<?> net = Class.forName(NET, false, null);
        Lookup lookup = JdkNetHook.lookup();
        Class<?> template = lookup.defineClass(
                ClassRenamer.rename(code(BindRedirection.class, "RedirectTemplate.class"), Map.of(HERE, THERE)));
        try {
            lookup.findStatic(template, "init", MethodType.methodType(void.class, UnaryOperator.class))
                    .invoke(addresses);
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        }
        instrumentation.redefineClasses(new ClassDefinition(net, withBindOf(code(net, "Net.class"), THERE)));
    }

    private static byte[] code(Class<?> neighbour, String name) throws IOException {
        try (InputStream in = neighbour.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing beside " + neighbour.getName());
            }
            return in.readAllBytes();
        }
    }

    /** {@return the class file, with the class of the method that it calls as {@code bind0} changed} */
    static byte[] withBindOf(byte[] file, String owner) throws IOException {
        List<String> found = new ArrayList<>();
        byte[] changed = MethodReferences.redirect(file, owner,
                (type, method) -> method.startsWith(BIND) && found.add(method));
        if (found.size() != 1) {
            throw new IOException(NET + " calls these methods: " + found + ", and one " + BIND + " was expected");
        }
        return changed;
    }
}
