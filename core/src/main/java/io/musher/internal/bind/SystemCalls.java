package io.musher.internal.bind;

import io.musher.internal.bind.NativeFunctions.Function;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.BindException;
import java.net.SocketException;
import java.nio.ByteBuffer;

/**
 * The system calls of Linux that {@link NativeSockets} and {@link UnixDatagramSocket} make: each method is one call,
 * whose error becomes an exception unless the method says otherwise. Thread-safe.
 */
final class SystemCalls {

    // the same on x86 and ARM
    private static final int SOL_SOCKET = 1;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int EACCES = 13;
    private static final int EAFNOSUPPORT = 97;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;

    /** The longest of all addresses of sockets, the struct sockaddr_un. */
    private static final int LONGEST_NAME = 110;

    private final NativeFunctions library = new NativeFunctions();
    private final Function socket = library.function("socket");
    private final Function setsockopt = library.function("setsockopt");
    private final Function getsockopt = library.function("getsockopt");
    private final Function bind = library.function("bind");
    private final Function listen = library.function("listen");
    private final Function connect = library.function("connect");
    private final Function getsockname = library.function("getsockname");
    private final Function sendmsg = library.function("sendmsg");
    private final Function recvmsg = library.function("recvmsg");
    private final Function shutdown = library.function("shutdown");
    private final Function dup = library.function("dup");
    private final Function dup3 = library.function("dup3");
    private final Function close = library.function("close");
    private final Function getuid = library.function("getuid");
    private final Function epollctl = library.function("epoll_ctl");

    /**
     * Prepares the calls, which takes a while.
     *
     * @throws ReflectiveOperationException if this Java cannot call native functions
     */
    SystemCalls() throws ReflectiveOperationException {}

    /** {@return the address of a buffer, valid while the buffer is reachable} */
    long address(ByteBuffer buffer) {
        return library.address(buffer);
    }

    /** {@return the descriptor of a new socket, which no child process inherits} */
    int socket(int family, int type) throws IOException {
        return check("socket", socket.call(family, type | SOCK_CLOEXEC, 0));
    }

    /** {@return as {@link #socket}; a negative number if this system does not have the family} */
    int socketIfSupported(int family, int type) throws IOException {
        int descriptor = socket.call(family, type | SOCK_CLOEXEC, 0);
        return descriptor == -EAFNOSUPPORT ? descriptor : check("socket", descriptor);
    }

    /** Sets an option of level {@code SOL_SOCKET}. */
    void setOption(int descriptor, int option, int value) throws IOException {
        setOption(descriptor, SOL_SOCKET, option, NativeFunctions.buffer(Integer.BYTES).putInt(0, value));
    }

    void setOption(int descriptor, int level, int option, ByteBuffer value) throws IOException {
        check("setsockopt", setsockopt.call(descriptor, level, option, address(value), value.capacity()));
        Reference.reachabilityFence(value);
    }

    /** {@return an option of level {@code SOL_SOCKET}; 0 if there is none} */
    long option(int descriptor, int option) {
        ByteBuffer value = NativeFunctions.buffer(Long.BYTES);
        ByteBuffer length = NativeFunctions.buffer(Integer.BYTES).putInt(0, Long.BYTES);
        int result = getsockopt.call(descriptor, SOL_SOCKET, option, address(value), address(length));
        long found = value.getLong(0);
        Reference.reachabilityFence(length);
        return result < 0 ? 0 : found;
    }

    /** Binds a socket to an address, which is as long as the buffer. */
    void bind(int descriptor, ByteBuffer name) throws IOException {
        check("bind", bind.call(descriptor, address(name), name.capacity()));
        Reference.reachabilityFence(name);
    }

    void listen(int descriptor, int backlog) throws IOException {
        check("listen", listen.call(descriptor, backlog));
    }

    /** Connects a socket, if that succeeds at once. */
    void connect(int descriptor, ByteBuffer name, int length) {
        connect.call(descriptor, address(name), length);
        Reference.reachabilityFence(name);
    }

    /** {@return the address that a socket is bound to, up to the limit of the buffer} */
    ByteBuffer name(int descriptor) throws IOException {
        ByteBuffer name = NativeFunctions.buffer(LONGEST_NAME);
        ByteBuffer length = NativeFunctions.buffer(Integer.BYTES).putInt(0, LONGEST_NAME);
        check("getsockname", getsockname.call(descriptor, address(name), address(length)));
        return name.limit(length.getInt(0));
    }

    /** Sends a message; the caller keeps reachable what the struct msghdr points to. */
    void send(int descriptor, ByteBuffer header, int flags) throws IOException {
        check("sendmsg", sendmsg.call(descriptor, address(header), flags));
    }

    /** {@return the length of a message received; the caller keeps reachable what the struct msghdr points to} */
    int receive(int descriptor, ByteBuffer header, int flags) throws IOException {
        return check("recvmsg", recvmsg.call(descriptor, address(header), flags));
    }

    void shutdown(int descriptor, int how) {
        shutdown.call(descriptor, how);
    }

    /** {@return another descriptor of the same} */
    int copy(int descriptor) throws IOException {
        return check("dup", dup.call(descriptor));
    }

    /** Makes {@code copy} a descriptor of what {@code original} is, instead of what it was. */
    void duplicate(int original, int copy) throws IOException {
        check("dup3", dup3.call(original, copy, SOCK_CLOEXEC));
    }

    void close(int descriptor) {
        close.call(descriptor);
    }

    /** {@return the user of this process} */
    int user() {
        return getuid.call();
    }

    /** {@return 0, or the negative number of the error} */
    int controlEpoll(int epoll, int operation, int descriptor, ByteBuffer event) {
        int result = epollctl.call(epoll, operation, descriptor, address(event));
        Reference.reachabilityFence(event);
        return result;
    }

    private static int check(String function, int result) throws IOException {
        if (result >= 0) {
            return result;
        }
        throw switch (-result) { // in the words of the JDK
            case EADDRINUSE -> new BindException("Address already in use");
            case EADDRNOTAVAIL -> new BindException("Cannot assign requested address");
            case EACCES -> new BindException("Permission denied");
            default -> new SocketException(function + " failed with error " + -result + " of Linux");
        };
    }
}
