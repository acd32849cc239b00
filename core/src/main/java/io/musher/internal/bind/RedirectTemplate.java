package io.musher.internal.bind;

import io.musher.balancer.loop.Nullable;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;

/**
 * The template of a class that {@link BindRedirection} defines inside {@code java.base}, where it is
 * {@code sun.nio.ch.MusherBind}: there {@code sun.nio.ch.Net} calls it in place of its own native method {@code bind0}.
 * Never used under its name here. Uses, and is used through, types of {@code java.base} only.
 */
final class RedirectTemplate {

    /** {@return where a socket is bound in place of the given address}; set before the first bind. */
    private static @Nullable UnaryOperator<InetSocketAddress> redirection;
    private static @Nullable Method original;

    private RedirectTemplate() {}

    static void init(UnaryOperator<InetSocketAddress> addresses) throws ReflectiveOperationException {
        original = Class.forName("sun.nio.ch.Net").getDeclaredMethod("bind0", FileDescriptor.class, boolean.class,
                boolean.class, InetAddress.class, int.class);
        original.setAccessible(true);
        redirection = addresses;
    }

    static void bind0(FileDescriptor descriptor, boolean preferIPv6, boolean exclusive, InetAddress address, int port)
            throws IOException {
        UnaryOperator<InetSocketAddress> present = redirection;
        Method bind = original;
        if (present == null || bind == null) {
            throw new IOException("not initialized");
        }
        InetSocketAddress to = present.apply(new InetSocketAddress(address, port));
        try {
            bind.invoke(null, descriptor, preferIPv6, exclusive, to.getAddress(), to.getPort());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IOException(e);
        }
    }
}
