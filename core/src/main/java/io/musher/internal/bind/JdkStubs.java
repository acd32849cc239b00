package io.musher.internal.bind;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketOption;

/**
 * Declares what {@link NetHookTemplate} and {@link NetTemplate} use of the JDK's internals, which the compiler does not
 * see. The names and types are those of JDK 17 to 25; the bodies are never run.
 */
final class JdkStubs {

    private JdkStubs() {}

    /** Stands for {@code sun.net.NetHooks.Provider}. */
    abstract static class Provider {

        protected Provider() {}

        public abstract void implBeforeTcpBind(FileDescriptor descriptor, InetAddress address, int port)
                throws IOException;

        public abstract void implBeforeTcpConnect(FileDescriptor descriptor, InetAddress address, int port)
                throws IOException;
    }

    /** Stands for {@code sun.nio.ch.Net}. */
    static final class Net {

        private Net() {}

        static void bind(FileDescriptor descriptor, InetAddress address, int port) throws IOException {
            throw new IOException("a stub");
        }

        static void bind(ProtocolFamily family, FileDescriptor descriptor, InetAddress address, int port)
                throws IOException {
            throw new IOException("a stub");
        }

        static void listen(FileDescriptor descriptor, int backlog) throws IOException {
            throw new IOException("a stub");
        }

        static void setSocketOption(FileDescriptor descriptor, SocketOption<?> name, Object value) throws IOException {
            throw new IOException("a stub");
        }

        static InetSocketAddress localAddress(FileDescriptor descriptor) throws IOException {
            throw new IOException("a stub");
        }

        static InetSocketAddress remoteAddress(FileDescriptor descriptor) throws IOException {
            throw new IOException("a stub");
        }
    }

    /** Stands for {@code sun.nio.ch.IOUtil}. */
    static final class IoUtil {

        private IoUtil() {}

        static int fdVal(FileDescriptor descriptor) {
            return -1;
        }
    }

    /** Stands for {@code jdk.internal.misc.Unsafe}. */
    static final class Unsafe {

        private static final Unsafe STUB = new Unsafe();

        private Unsafe() {}

        static Unsafe getUnsafe() {
            return STUB;
        }

        Object staticFieldBase(Field field) {
            return field;
        }

        long staticFieldOffset(Field field) {
            return 0;
        }

        void putReferenceVolatile(Object base, long offset, Object value) {
            throw new UnsupportedOperationException("a stub");
        }
    }
}
