package io.musher.internal.bind;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What {@link SharedListener} needs of the sockets of Linux and Java has not: sockets whose descriptor is known.
 * Descriptors are those of the system. Thread-safe.
 */
final class NativeSockets {

    // the same on x86 and ARM
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_NONBLOCK = 04000;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_COOKIE = 57;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_MOD = 3;
    private static final int ENOENT = 2;
    private static final int SHUT_RDWR = 2;

    private final SystemCalls calls = new SystemCalls();

    /**
     * Prepares the system calls, which takes a while.
     *
     * @throws ReflectiveOperationException if this Java cannot call native functions
     */
    NativeSockets() throws ReflectiveOperationException {}

    /**
     * Listens on an address as the JDK would: an IPv6 socket that takes IPv4 as well, where there is IPv6. Never blocks
     * in accept.
     *
     * @return the descriptor
     */
    int listen(InetSocketAddress address, int backlog) throws IOException {
        int family = AF_INET6;
        int descriptor = Boolean.getBoolean("java.net.preferIPv4Stack") ? -1
                : calls.socketIfSupported(family, SOCK_STREAM | SOCK_NONBLOCK);
        if (descriptor < 0) {
            family = AF_INET;
            descriptor = calls.socket(family, SOCK_STREAM | SOCK_NONBLOCK);
        }
        try {
            calls.setOption(descriptor, SO_REUSEADDR, 1);
            if (family == AF_INET6) {
                calls.setOption(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, NativeFunctions.buffer(Integer.BYTES));
            }
            calls.bind(descriptor, address(family, address));
            calls.listen(descriptor, backlog);
            return descriptor;
        } catch (IOException | RuntimeException e) {
            close(descriptor);
            throw e;
        }
    }

    /** Makes a bound socket listen, also one that has listened before; one that does gets the backlog. */
    void listen(int descriptor, int backlog) throws IOException {
        calls.listen(descriptor, backlog);
    }

    private static ByteBuffer address(int family, InetSocketAddress address) {
        InetAddress host = address.getAddress();
        ByteBuffer name = NativeFunctions.buffer(family == AF_INET6 ? 28 : 16); // sockaddr_in6, sockaddr_in
        name.putShort(0, (short) family);
        name.order(ByteOrder.BIG_ENDIAN).putShort(2, (short) address.getPort());
        byte[] bytes = host.getAddress();
        if (family == AF_INET) {
            return name.put(4, host.isAnyLocalAddress() ? new byte[4] : bytes);
        } else if (host.isAnyLocalAddress()) {
            return name;
        } else if (host instanceof Inet6Address local) {
            return name.put(8, bytes).order(ByteOrder.nativeOrder()).putInt(24, local.getScopeId());
        }
        return name.putShort(18, (short) -1).put(20, bytes); // ::ffff:a.b.c.d
    }

    /** {@return the address that a listening socket is bound to} */
    InetSocketAddress address(int descriptor) throws IOException {
        ByteBuffer name = calls.name(descriptor);
        boolean v4 = name.getShort(0) == AF_INET;
        if (!v4 && name.getShort(0) != AF_INET6) {
            throw new SocketException("descriptor " + descriptor + " is no TCP socket");
        }
        byte[] host = new byte[v4 ? 4 : 16];
        name.get(v4 ? 4 : 8, host);
        return new InetSocketAddress(InetAddress.getByAddress(host),
                name.order(ByteOrder.BIG_ENDIAN).getShort(2) & 0xffff);
    }

    /** {@return a number that a socket has during its life, whatever its descriptors are; 0 if it is none} */
    long cookie(int descriptor) {
        return calls.option(descriptor, SO_COOKIE);
    }

    /** Makes {@code copy} a descriptor of what {@code original} is, instead of what it was. */
    void duplicate(int original, int copy) throws IOException {
        calls.duplicate(original, copy);
    }

    /** {@return another descriptor of the same} */
    int copy(int descriptor) throws IOException {
        return calls.copy(descriptor);
    }

    /** Makes a socket listen no longer, in whichever processes it is open. */
    void endListening(int descriptor) {
        calls.shutdown(descriptor, SHUT_RDWR);
    }

    void close(int descriptor) {
        calls.close(descriptor);
    }

    /** {@return the user of this process} */
    int user() {
        return calls.user();
    }

    /** {@return a new socket for datagrams, on a name that the kernel chooses} */
    UnixDatagramSocket openDatagrams() throws IOException {
        return new UnixDatagramSocket(calls);
    }

    /** {@return the descriptor of a Unix socket that listens, on a name that the kernel chooses} */
    int listenNowhere() throws IOException {
        int descriptor = calls.socket(UnixNames.FAMILY, SOCK_STREAM | SOCK_NONBLOCK);
        try {
            calls.bind(descriptor, UnixNames.any());
            calls.listen(descriptor, 1);
            return descriptor;
        } catch (IOException | RuntimeException e) {
            close(descriptor);
            throw e;
        }
    }

    /** Connects to a Unix socket that listens, and hangs up. */
    void touch(String name) throws IOException {
        int descriptor = calls.socket(UnixNames.FAMILY, SOCK_STREAM | SOCK_NONBLOCK);
        calls.connect(descriptor, UnixNames.address(name), UnixNames.length(name));
        close(descriptor);
    }

    /** {@return the name of a Unix socket} */
    String unixName(int descriptor) throws IOException {
        return UnixNames.of(calls.name(descriptor));
    }

    /** Sets what an epoll instance waits for on a descriptor. */
    void watch(int epoll, int descriptor, int events, long data) {
        boolean packed = System.getProperty("os.arch").equals("amd64"); // struct epoll_event
        ByteBuffer event = NativeFunctions.buffer(2 * Long.BYTES).putInt(0, events).putLong(packed ? 4 : 8, data);
        if (calls.controlEpoll(epoll, EPOLL_CTL_MOD, descriptor, event) == -ENOENT) {
            calls.controlEpoll(epoll, EPOLL_CTL_ADD, descriptor, event);
        }
    }
}
