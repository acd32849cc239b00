package io.musher.internal.bind;

import io.musher.internal.bind.NativeFunctions.Function;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What {@link SharedListener} needs of the sockets of Linux and Java has not: listening sockets whose descriptor is
 * known, and Unix datagrams that carry a descriptor and who sent it. Descriptors are those of the system. Thread-safe.
 */
final class NativeSockets {

    // the same on x86 and ARM
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_NONBLOCK = 04000;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_PASSCRED = 16;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_COOKIE = 57;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int SCM_RIGHTS = 1;
    private static final int SCM_CREDENTIALS = 2;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int SHUT_RDWR = 2;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_MOD = 3;
    private static final int ENOENT = 2;
    private static final int EADDRINUSE = 98;
    private static final int EAFNOSUPPORT = 97;
    private static final int EACCES = 13;

    /** The struct sockaddr_un; a name that begins with a zero byte is in no file system. */
    private static final int UNIX_ADDRESS = 110;
    private static final int NAME_OFFSET = 3;
    private static final int CONTROL = 64;
    private static final int CONTROL_HEADER = 16;

    private final NativeFunctions library;
    private final Function socket;
    private final Function setsockopt;
    private final Function getsockopt;
    private final Function bind;
    private final Function listen;
    private final Function getsockname;
    private final Function sendmsg;
    private final Function recvmsg;
    private final Function shutdown;
    private final Function dup;
    private final Function dup3;
    private final Function close;
    private final Function getuid;
    private final Function connect;
    private final Function epollctl;

    /**
     * A datagram.
     *
     * @param sender the name of the socket that sent it; empty if it has none, or if this socket was shut down
     * @param uid the user of the process that sent it, as the kernel says; -1 if unknown
     * @param descriptor a new descriptor of what the sender passed; -1 if it passed none
     */
    record Datagram(String sender, int uid, int descriptor) {}

    NativeSockets() throws ReflectiveOperationException {
        library = new NativeFunctions();
        socket = library.function("socket");
        setsockopt = library.function("setsockopt");
        getsockopt = library.function("getsockopt");
        bind = library.function("bind");
        listen = library.function("listen");
        getsockname = library.function("getsockname");
        sendmsg = library.function("sendmsg");
        recvmsg = library.function("recvmsg");
        shutdown = library.function("shutdown");
        dup = library.function("dup");
        dup3 = library.function("dup3");
        close = library.function("close");
        getuid = library.function("getuid");
        connect = library.function("connect");
        epollctl = library.function("epoll_ctl");
    }

    /**
     * Listens on an address as the JDK would: an IPv6 socket that takes IPv4 as well, where there is IPv6. Never blocks
     * in accept.
     *
     * @return the descriptor
     */
    int listen(InetSocketAddress address, int backlog) throws IOException {
        int family = Boolean.getBoolean("java.net.preferIPv4Stack") ? AF_INET : AF_INET6;
        int descriptor = socket.call(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (descriptor == -EAFNOSUPPORT && family == AF_INET6) {
            family = AF_INET;
            descriptor = socket.call(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        }
        check("socket", descriptor);
        try {
            setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
            if (family == AF_INET6) {
                setOption(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
            }
            ByteBuffer name = address(family, address);
            check("bind", bind.call(descriptor, library.address(name), name.capacity()));
            Reference.reachabilityFence(name);
            check("listen", listen.call(descriptor, backlog));
            return descriptor;
        } catch (IOException | RuntimeException e) {
            close(descriptor);
            throw e;
        }
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
        ByteBuffer name = name(descriptor);
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
        ByteBuffer value = NativeFunctions.buffer(Long.BYTES);
        ByteBuffer length = NativeFunctions.buffer(Integer.BYTES).putInt(0, Long.BYTES);
        int result = getsockopt.call(descriptor, SOL_SOCKET, SO_COOKIE, library.address(value),
                library.address(length));
        long cookie = value.getLong(0);
        Reference.reachabilityFence(length);
        return result < 0 ? 0 : cookie;
    }

    /** Makes {@code copy} a descriptor of what {@code original} is, instead of what it was. */
    void duplicate(int original, int copy) throws IOException {
        check("dup3", dup3.call(original, copy, SOCK_CLOEXEC));
    }

    /** {@return another descriptor of the same} */
    int copy(int descriptor) throws IOException {
        return check("dup", dup.call(descriptor));
    }

    void close(int descriptor) {
        close.call(descriptor);
    }

    /** {@return the user of this process} */
    int user() {
        return getuid.call();
    }

    /** {@return the descriptor of a Unix datagram socket that has a name and reads who sent what} */
    int openDatagrams() throws IOException {
        int descriptor = check("socket", socket.call(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        try {
            setOption(descriptor, SOL_SOCKET, SO_PASSCRED, 1);
            bindToAnyName(descriptor);
            return descriptor;
        } catch (IOException | RuntimeException e) {
            close(descriptor);
            throw e;
        }
    }

    /** {@return the descriptor of a Unix socket that listens, on a name that the kernel chooses} */
    int listenNowhere() throws IOException {
        int descriptor = check("socket", socket.call(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        try {
            bindToAnyName(descriptor);
            check("listen", listen.call(descriptor, 1));
            return descriptor;
        } catch (IOException | RuntimeException e) {
            close(descriptor);
            throw e;
        }
    }

    /** Connects to a Unix socket that listens, and hangs up. */
    void touch(String name) throws IOException {
        int descriptor = check("socket", socket.call(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        ByteBuffer address = unixAddress(name);
        connect.call(descriptor, library.address(address), NAME_OFFSET + name.length());
        Reference.reachabilityFence(address);
        close(descriptor);
    }

    /** Sets what an epoll instance waits for on a descriptor. */
    void watch(int epoll, int descriptor, int events, long data) {
        boolean packed = System.getProperty("os.arch").equals("amd64"); // struct epoll_event
        ByteBuffer event = NativeFunctions.buffer(2 * Long.BYTES).putInt(0, events).putLong(packed ? 4 : 8, data);
        if (epollctl.call(epoll, EPOLL_CTL_MOD, descriptor, library.address(event)) == -ENOENT) {
            epollctl.call(epoll, EPOLL_CTL_ADD, descriptor, library.address(event));
        }
        Reference.reachabilityFence(event);
    }

    /** {@return the name of a Unix socket} */
    String unixName(int descriptor) throws IOException {
        ByteBuffer name = name(descriptor);
        return text(name, name.limit());
    }

    /** Limits how long {@link #receive} blocks. */
    void setTimeout(int descriptor, int seconds) throws IOException {
        ByteBuffer time = NativeFunctions.buffer(2 * Long.BYTES).putLong(0, seconds);
        check("setsockopt", setsockopt.call(descriptor, SOL_SOCKET, SO_RCVTIMEO, library.address(time),
                time.capacity()));
        Reference.reachabilityFence(time);
    }

    /** Makes {@link #receive} return at once, now and from now on. */
    void shutdown(int descriptor) {
        shutdown.call(descriptor, SHUT_RDWR);
    }

    /** Sends one byte and, unless -1, a descriptor to the socket of a name; never blocks. */
    void send(int descriptor, String receiver, int passed) throws IOException {
        ByteBuffer name = unixAddress(receiver);
        ByteBuffer control = NativeFunctions.buffer(CONTROL);
        control.putLong(0, CONTROL_HEADER + Integer.BYTES).putInt(8, SOL_SOCKET).putInt(12, SCM_RIGHTS)
                .putInt(CONTROL_HEADER, passed);
        Message message = new Message(name, NAME_OFFSET + receiver.length(), control,
                passed < 0 ? 0 : CONTROL_HEADER + Long.BYTES);
        check("sendmsg", message.pass(sendmsg, descriptor, MSG_DONTWAIT | MSG_NOSIGNAL));
    }

    /** Blocks until a datagram has come, or the socket is shut down. */
    Datagram receive(int descriptor) throws IOException {
        ByteBuffer name = NativeFunctions.buffer(UNIX_ADDRESS);
        ByteBuffer control = NativeFunctions.buffer(CONTROL);
        Message message = new Message(name, UNIX_ADDRESS, control, CONTROL);
        // also of an empty datagram: what it passed is open here by now, and has to be closed
        check("recvmsg", message.pass(recvmsg, descriptor, MSG_CMSG_CLOEXEC));
        int uid = -1;
        int passed = -1;
        int end = (int) message.header.getLong(40);
        for (int at = 0; at + CONTROL_HEADER <= end;) {
            int length = (int) control.getLong(at);
            int type = control.getInt(at + 12);
            if (type == SCM_CREDENTIALS) {
                uid = control.getInt(at + CONTROL_HEADER + 4); // after the process id
            } else if (type == SCM_RIGHTS) {
                for (int i = at + CONTROL_HEADER; i + Integer.BYTES <= at + length; i += Integer.BYTES) {
                    if (passed >= 0) {
                        close(passed); // one is expected
                    }
                    passed = control.getInt(i);
                }
            }
            at += Math.max(CONTROL_HEADER, length + Long.BYTES - 1 & -Long.BYTES);
        }
        return new Datagram(text(name, message.header.getInt(8)), uid, passed);
    }

    /** The struct msghdr of one byte; keeps what it points to. */
    private final class Message {

        private final ByteBuffer header = NativeFunctions.buffer(56);
        private final ByteBuffer[] parts;

        Message(ByteBuffer name, int nameLength, ByteBuffer control, int controlLength) {
            ByteBuffer data = NativeFunctions.buffer(1);
            ByteBuffer vector = NativeFunctions.buffer(2 * Long.BYTES).putLong(0, library.address(data)).putLong(8, 1);
            header.putLong(0, library.address(name)).putInt(8, nameLength).putLong(16, library.address(vector))
                    .putLong(24, 1).putLong(32, controlLength == 0 ? 0 : library.address(control))
                    .putLong(40, controlLength);
            parts = new ByteBuffer[]{data, vector, name, control};
        }

        int pass(Function function, int descriptor, int flags) {
            int result = function.call(descriptor, library.address(header), flags);
            Reference.reachabilityFence(parts);
            return result;
        }
    }

    private void bindToAnyName(int descriptor) throws IOException {
        ByteBuffer unnamed = NativeFunctions.buffer(Short.BYTES).putShort(0, (short) AF_UNIX);
        check("bind", bind.call(descriptor, library.address(unnamed), Short.BYTES));
        Reference.reachabilityFence(unnamed);
    }

    private static ByteBuffer unixAddress(String name) {
        return NativeFunctions.buffer(UNIX_ADDRESS).putShort(0, (short) AF_UNIX).put(NAME_OFFSET,
                name.getBytes(StandardCharsets.ISO_8859_1));
    }

    private ByteBuffer name(int descriptor) throws IOException {
        ByteBuffer name = NativeFunctions.buffer(UNIX_ADDRESS);
        ByteBuffer length = NativeFunctions.buffer(Integer.BYTES).putInt(0, UNIX_ADDRESS);
        check("getsockname", getsockname.call(descriptor, library.address(name), library.address(length)));
        return name.limit(length.getInt(0));
    }

    private static String text(ByteBuffer name, int length) {
        if (length <= NAME_OFFSET) {
            return "";
        }
        byte[] bytes = new byte[length - NAME_OFFSET];
        name.get(NAME_OFFSET, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private void setOption(int descriptor, int level, int name, int value) throws IOException {
        ByteBuffer buffer = NativeFunctions.buffer(Integer.BYTES).putInt(0, value);
        check("setsockopt", setsockopt.call(descriptor, level, name, library.address(buffer), Integer.BYTES));
        Reference.reachabilityFence(buffer);
    }

    private static int check(String function, int result) throws IOException {
        if (result >= 0) {
            return result;
        } else if (result == -EADDRINUSE) {
            throw new BindException("Address already in use");
        }
        throw result == -EACCES ? new BindException("Permission denied")
                : new SocketException(function + " failed with error " + -result + " of Linux");
    }
}
