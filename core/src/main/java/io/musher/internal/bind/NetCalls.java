package io.musher.internal.bind;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Makes the server sockets of the JDK call {@link NetTemplate}, instead of {@code sun.nio.ch.Net}, to bind and to
 * listen: changes the class in the references to these methods, and nothing else of the JDK's classes.
 */
final class NetCalls {

    private static final String NET = "sun/nio/ch/Net";
    private static final List<String> SERVERS = List.of("sun.nio.ch.NioSocketImpl",
            "sun.nio.ch.ServerSocketChannelImpl", "sun.nio.ch.AsynchronousServerSocketChannelImpl");

    private static final String HERE = "io/musher/internal/bind/";
    /** What is called what inside {@code java.base}. */
    private static final Map<String, String> NAMES = Map.of(HERE + "NetTemplate", "sun/nio/ch/MusherNet",
            HERE + "JdkStubs$Net", NET, HERE + "JdkStubs$IoUtil", "sun/nio/ch/IOUtil");

    private static final String BIND = "bind(Ljava/io/FileDescriptor;Ljava/net/InetAddress;I)V";
    private static final String BIND_FAMILY = "bind(Ljava/net/ProtocolFamily;Ljava/io/FileDescriptor;"
            + "Ljava/net/InetAddress;I)V";
    private static final String LISTEN = "listen(Ljava/io/FileDescriptor;I)V";
    /** The methods of {@link NetTemplate}. */
    private static final Set<String> METHODS = Set.of(BIND, BIND_FAMILY, LISTEN);

    private final Instrumentation instrumentation;
    /** The {@link NetTemplate} inside {@code java.base}. */
    private final Class<?> template;
    private final Lookup lookup;
    private final MethodHandle number;

    /** Defines the template inside {@code java.base}, to which the agent may open it. */
    NetCalls(Instrumentation instrumentation) throws ReflectiveOperationException, IOException {
        this.instrumentation = instrumentation;
        Class<?> net = Class.forName(NET.replace('/', '.'), false, null);
        instrumentation.redefineModule(net.getModule(), Set.of(), Map.of(),
                Map.of(net.getPackageName(), Set.of(NetCalls.class.getModule())), Set.of(), Map.of());
        lookup = MethodHandles.privateLookupIn(net, MethodHandles.lookup());
        try (InputStream in = NetCalls.class.getResourceAsStream("NetTemplate.class")) {
            if (in == null) {
                throw new IOException("NetTemplate.class is missing beside " + NetCalls.class.getName());
            }
            template = lookup.defineClass(ClassRenamer.rename(in.readAllBytes(), NAMES));
        }
        number = lookup.findStatic(template, "number", MethodType.methodType(int.class, FileDescriptor.class));
    }

    /** {@return what this JDK lacks; empty if its calls can be redirected} */
    static Optional<String> missing() {
        try {
            for (String server : SERVERS) {
                redirect(code(server), NET);
            }
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.of("Java " + Runtime.version() + " has other internals than those known (" + e.getMessage()
                    + ")");
        }
    }

    /**
     * Redirects the calls to a hook.
     *
     * @param hook takes over a bind to an address, or with the address null a listen; false leaves it to the JDK
     */
    void redirect(BiPredicate<FileDescriptor, InetSocketAddress> hook)
            throws ReflectiveOperationException, UnmodifiableClassException, IOException {
        try {
            lookup.findStatic(template, "setHook", MethodType.methodType(void.class, BiPredicate.class)).invoke(hook);
        } catch (Throwable e) {
            throw NetCalls.<RuntimeException>undeclared(e);
        }
        ClassDefinition[] changed = new ClassDefinition[SERVERS.size()];
        for (int i = 0; i < changed.length; i++) {
            Class<?> server = Class.forName(SERVERS.get(i), false, null);
            changed[i] = new ClassDefinition(server,
                    redirect(code(server.getName()), template.getName().replace('.', '/')));
        }
        instrumentation.redefineClasses(changed);
    }

    /** {@return the number by which the system knows a descriptor} */
    int number(FileDescriptor descriptor) {
        try {
            return (int) number.invokeExact(descriptor);
        } catch (Throwable e) {
            throw NetCalls.<RuntimeException>undeclared(e);
        }
    }

    @SuppressWarnings("unchecked")
    static <T extends Throwable> T undeclared(Throwable failure) throws T {
        throw (T) failure;
    }

    private static byte[] code(String name) throws IOException {
        try (InputStream in = Object.class.getModule().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new IOException("there is no " + name);
            }
            return in.readAllBytes();
        }
    }

    /** {@return the class file with the references to the methods changed; both bind and listen must be there} */
    static byte[] redirect(byte[] file, String owner) throws IOException {
        Set<String> found = new HashSet<>();
        byte[] changed = MethodReferences.redirect(file, owner, (type, method) -> {
            boolean selected = type.equals(NET) && METHODS.contains(method);
            if (selected) {
                found.add(method.substring(0, method.indexOf('(')));
            }
            return selected;
        });
        if (found.size() < 2) {
            throw new IOException("calls of bind and listen: " + found);
        }
        return changed;
    }
}
