package io.musher.internal.bind;

import io.musher.balancer.loop.Nullable;
import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.util.function.BiPredicate;

/**
 * The template of a class that {@link SharedListenerHook} defines inside {@code java.base}, where it is
 * {@code sun.nio.ch.MusherNet}: server sockets call it to bind and to listen, see {@link NetCalls}. Never used under
 * its name here. Uses, and is used through, types of {@code java.base} only.
 */
final class NetTemplate {

    /** Takes over a bind, or with the address null a listen; false leaves it to the JDK. */
    private static @Nullable BiPredicate<FileDescriptor, InetSocketAddress> hook;

    private NetTemplate() {}

    /** Sets the hook; called once, before a server socket can call this class. */
    static void setHook(BiPredicate<FileDescriptor, InetSocketAddress> given) {
        hook = given;
    }

    /** {@return the number by which the system knows a descriptor} */
    static int number(FileDescriptor descriptor) {
        return JdkStubs.IoUtil.fdVal(descriptor);
    }

    private static boolean takesOver(FileDescriptor descriptor, @Nullable InetSocketAddress address) {
        BiPredicate<FileDescriptor, InetSocketAddress> present = hook;
        return present != null && present.test(descriptor, address);
    }

    static void bind(FileDescriptor descriptor, InetAddress address, int port) throws IOException {
        if (!takesOver(descriptor, new InetSocketAddress(address, port))) {
            JdkStubs.Net.bind(descriptor, address, port);
        }
    }

    static void bind(ProtocolFamily family, FileDescriptor descriptor, InetAddress address, int port)
            throws IOException {
        if (!takesOver(descriptor, new InetSocketAddress(address, port))) {
            JdkStubs.Net.bind(family, descriptor, address, port);
        }
    }

    static void listen(FileDescriptor descriptor, int backlog) throws IOException {
        if (!takesOver(descriptor, null)) {
            JdkStubs.Net.listen(descriptor, backlog);
        }
    }
}
