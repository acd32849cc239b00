package io.musher.internal.bind;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/**
 * The template of a class that {@link JdkNetHook} defines inside {@code java.base}, where it may use what is internal
 * there: there it is {@code sun.nio.ch.MusherNetHook}, a {@code sun.net.NetHooks.Provider}, and the classes nested in
 * {@link JdkStubs} are those of the JDK that they stand for. Never used under its name here.
 *
 * <p>Uses, and is used through, types of {@code java.base} only. Its constructor makes it the hook of this JVM.
 */
final class NetHookTemplate extends JdkStubs.Provider implements BiFunction<String, FileDescriptor, Object> {

    static final String REUSE_PORT = "reuse port";
    static final String LOCAL_ADDRESS = "local address";
    static final String REMOTE_ADDRESS = "remote address";

    /** The hook that was there before: the JDK's own. */
    private final JdkStubs.Provider next;
    private final BiConsumer<FileDescriptor, InetSocketAddress> beforeBind;

    NetHookTemplate(BiConsumer<FileDescriptor, InetSocketAddress> beforeBind) throws ReflectiveOperationException {
        this.beforeBind = beforeBind;
        Field hook = Class.forName("sun.net.NetHooks").getDeclaredField("provider"); // initialized, so not set again
        hook.setAccessible(true);
        next = (JdkStubs.Provider) hook.get(null);
        JdkStubs.Unsafe unsafe = JdkStubs.Unsafe.getUnsafe(); // the field is final
        unsafe.putReferenceVolatile(unsafe.staticFieldBase(hook), unsafe.staticFieldOffset(hook), this);
    }

    @Override
    public void implBeforeTcpBind(FileDescriptor descriptor, InetAddress address, int port) throws IOException {
        next.implBeforeTcpBind(descriptor, address, port);
        beforeBind.accept(descriptor, new InetSocketAddress(address, port));
    }

    @Override
    public void implBeforeTcpConnect(FileDescriptor descriptor, InetAddress address, int port) throws IOException {
        next.implBeforeTcpConnect(descriptor, address, port);
    }

    /** Carries out an operation on a socket. */
    @Override
    public Object apply(String operation, FileDescriptor descriptor) {
        try {
            if (operation.equals(LOCAL_ADDRESS)) {
                return JdkStubs.Net.localAddress(descriptor);
            } else if (operation.equals(REMOTE_ADDRESS)) {
                return JdkStubs.Net.remoteAddress(descriptor);
            }
            JdkStubs.Net.setSocketOption(descriptor, StandardSocketOptions.SO_REUSEPORT, true);
            return operation;
        } catch (IOException e) {
            return e;
        }
    }
}
