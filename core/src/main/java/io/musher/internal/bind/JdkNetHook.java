package io.musher.internal.bind;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.reflect.Constructor;
import java.lang.reflect.Member;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/**
 * Installs a {@link BindAction} in the hook that the JDK calls before it binds a TCP socket, {@code sun.net.NetHooks}.
 *
 * <p>The hook has to be a class inside {@code java.base}: {@link NetHookTemplate}, defined in the package
 * {@code sun.nio.ch}. Where that package was opened to Musher by {@code --add-opens} this uses only documented ways.
 * Otherwise it gets the same access by the factory for serialization libraries in the module {@code jdk.unsupported},
 * because a flag that changes modules costs each start of a JVM 10 ms and more.
 */
final class JdkNetHook implements Sockets {

    private static final String PACKAGE = "sun.nio.ch";
    private static final String HERE = "io/musher/internal/bind/";

    /** What is called what inside {@code java.base}. */
    private static final Map<String, String> NAMES = Map.of(HERE + "NetHookTemplate", "sun/nio/ch/MusherNetHook",
            HERE + "JdkStubs$Provider", "sun/net/NetHooks$Provider", HERE + "JdkStubs$Net", "sun/nio/ch/Net",
            HERE + "JdkStubs$Unsafe", "jdk/internal/misc/Unsafe");

    /** The {@link NetHookTemplate} inside {@code java.base}. */
    private final BiFunction<String, FileDescriptor, Object> hook;

    /**
     * Installs an action.
     *
     * @throws ReflectiveOperationException or another throwable, if this JDK differs from those known
     */
    @SuppressWarnings("unchecked")
    JdkNetHook(BindAction action) throws ReflectiveOperationException, IOException {
        Class<?> template = lookup().defineClass(ClassRenamer.rename(template(), NAMES));
        // not a lambda: the first one costs a JVM some milliseconds
        BiConsumer<FileDescriptor, InetSocketAddress> beforeBind = new BiConsumer<>() {
            @Override
            public void accept(FileDescriptor descriptor, InetSocketAddress address) {
                try {
                    action.beforeBind(descriptor, address, JdkNetHook.this);
                } catch (IOException e) {
                    throw JdkNetHook.<RuntimeException>undeclared(e); // the caller's caller declares it
                }
            }
        };
        hook = (BiFunction<String, FileDescriptor, Object>) accessible(
                template.getDeclaredConstructor(BiConsumer.class)).newInstance(beforeBind);
    }

    /**
     * {@return the internals that {@link NetHookTemplate} refers to}
     *
     * @throws ReflectiveOperationException if one is missing; names it
     */
    static List<Member> internals() throws ReflectiveOperationException {
        Class<?> net = Class.forName("sun.nio.ch.Net", false, null);
        return List.of(Class.forName("sun.net.NetHooks", false, null).getDeclaredField("provider"),
                net.getDeclaredMethod("setSocketOption", FileDescriptor.class, SocketOption.class, Object.class),
                net.getDeclaredMethod("localAddress", FileDescriptor.class),
                net.getDeclaredMethod("remoteAddress", FileDescriptor.class),
                Class.forName("jdk.internal.misc.Unsafe", false, null).getDeclaredMethod("putReferenceVolatile",
                        Object.class, long.class, Object.class));
    }

    /** {@return whether this JVM gives access to its internals without a flag} */
    static boolean isAccessible() {
        try {
            lookup();
            return true;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    @Override
    public void setReusePort(FileDescriptor descriptor) throws IOException {
        if (hook.apply(NetHookTemplate.REUSE_PORT, descriptor) instanceof IOException e) {
            throw e;
        }
    }

    @Override
    public Optional<InetSocketAddress> listeningAddress(FileDescriptor descriptor) {
        return hook.apply(NetHookTemplate.LOCAL_ADDRESS, descriptor) instanceof InetSocketAddress local
                && !(hook.apply(NetHookTemplate.REMOTE_ADDRESS, descriptor) instanceof InetSocketAddress)
                        ? Optional.of(local) : Optional.empty();
    }

    /** {@return a lookup in the package that the hook belongs to} */
    static Lookup lookup() throws ReflectiveOperationException {
        Class<?> host = Class.forName("sun.nio.ch.Net", false, null);
        if (isOpen(host)) {
            return MethodHandles.privateLookupIn(host, MethodHandles.lookup());
        }
        int trusted = -1;
        return accessible(Lookup.class.getDeclaredConstructor(Class.class, Class.class, int.class))
                .newInstance(host, null, trusted);
    }

    private static boolean isOpen(Class<?> type) {
        return type.getModule().isOpen(PACKAGE, JdkNetHook.class.getModule());
    }

    @SuppressWarnings("unchecked")
    private static <T> Constructor<T> accessible(Constructor<T> constructor) throws ReflectiveOperationException {
        Class<?> type = constructor.getDeclaringClass();
        if (type.getPackageName().equals(PACKAGE) && isOpen(type)) {
            constructor.setAccessible(true);
            return constructor;
        }
        Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
        return (Constructor<T>) factory.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(factory.getMethod("getReflectionFactory").invoke(null), type, constructor);
    }

    private static byte[] template() throws IOException {
        try (InputStream in = JdkNetHook.class.getResourceAsStream("NetHookTemplate.class")) {
            if (in == null) {
                throw new IOException("NetHookTemplate.class is missing beside " + JdkNetHook.class.getName());
            }
            return in.readAllBytes();
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T undeclared(Throwable failure) throws T {
        throw (T) failure;
    }
}
