package io.musher.internal.bind;

import java.io.IOException;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A Unix datagram socket, on a name that is in no file system, whose datagrams carry a descriptor, an IP address or a
 * text, and who sent it, as the kernel says. Thread-safe; {@link #close} once nothing else is called any more.
 */
final class UnixDatagramSocket implements AutoCloseable {

    // the same on x86 and ARM
    private static final int SOCK_DGRAM = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PASSCRED = 16;
    private static final int SO_RCVTIMEO = 20;
    private static final int SCM_RIGHTS = 1;
    private static final int SCM_CREDENTIALS = 2;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int SHUT_RDWR = 2;

    /** The longest content, in bytes. */
    private static final int CONTENT = 512;
    private static final int CONTROL = 64;
    private static final int CONTROL_HEADER = 16;

    private final SystemCalls calls;
    private final int socket;

    /**
     * A datagram.
     *
     * @param sender the name of the socket that sent it; empty if it has none, or if this socket was shut down
     * @param uid the user of the process that sent it, as the kernel says; -1 if unknown
     * @param descriptor a new descriptor of what the sender passed; -1 if it passed none
     * @param address what the sender sent, if that is an IP address
     * @param text what the sender sent, as text
     */
    record Datagram(String sender, int uid, int descriptor, Optional<InetAddress> address, String text) {}

    UnixDatagramSocket(SystemCalls calls) throws IOException {
        this.calls = calls;
        this.socket = calls.socket(UnixNames.FAMILY, SOCK_DGRAM);
        try {
            calls.setOption(socket, SO_PASSCRED, 1);
            calls.bind(socket, UnixNames.any());
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** {@return the name by which others send to this socket} */
    String name() throws IOException {
        return UnixNames.of(calls.name(socket));
    }

    /** Limits how long {@link #receive} blocks. */
    void setTimeout(int seconds) throws IOException {
        calls.setOption(socket, SOL_SOCKET, SO_RCVTIMEO, NativeFunctions.buffer(2 * Long.BYTES).putLong(0, seconds));
    }

    /** Sends an address to the socket of a name; never blocks. */
    void send(String receiver, InetAddress address) throws IOException {
        byte[] bytes = address.getAddress();
        send(receiver, NativeFunctions.buffer(bytes.length).put(0, bytes), NativeFunctions.buffer(0));
    }

    /** Sends a text to the socket of a name, cut to what a datagram takes; never blocks. */
    void send(String receiver, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, CONTENT);
        send(receiver, NativeFunctions.buffer(length).put(0, bytes, 0, length), NativeFunctions.buffer(0));
    }

    /** Passes a descriptor to the socket of a name; never blocks. */
    void pass(String receiver, int descriptor) throws IOException {
        ByteBuffer control = NativeFunctions.buffer(CONTROL_HEADER + Long.BYTES);
        control.putLong(0, CONTROL_HEADER + Integer.BYTES).putInt(8, SOL_SOCKET).putInt(12, SCM_RIGHTS)
                .putInt(CONTROL_HEADER, descriptor);
        send(receiver, NativeFunctions.buffer(1), control);
    }

    private void send(String receiver, ByteBuffer content, ByteBuffer control) throws IOException {
        Message message = new Message(UnixNames.address(receiver), UnixNames.length(receiver), content, control);
        calls.send(socket, message.header, MSG_DONTWAIT | MSG_NOSIGNAL);
        message.keep();
    }

    /** Blocks until a datagram has come, or the socket is shut down. */
    Datagram receive() throws IOException {
        ByteBuffer name = UnixNames.buffer();
        ByteBuffer content = NativeFunctions.buffer(CONTENT);
        ByteBuffer control = NativeFunctions.buffer(CONTROL);
        Message message = new Message(name, name.capacity(), content, control);
        // also of an empty datagram: what it passed is open here by now, and has to be closed
        int received = calls.receive(socket, message.header, MSG_CMSG_CLOEXEC);
        message.keep();
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
                        calls.close(passed); // one is expected
                    }
                    passed = control.getInt(i);
                }
            }
            at += Math.max(CONTROL_HEADER, length + Long.BYTES - 1 & -Long.BYTES);
        }
        int length = Math.min(message.header.getInt(8), name.capacity()); // Linux says 111 for the longest path
        byte[] bytes = new byte[received];
        content.get(bytes);
        return new Datagram(UnixNames.of(name.limit(length)), uid, passed, address(bytes),
                new String(bytes, StandardCharsets.UTF_8));
    }

    private static Optional<InetAddress> address(byte[] bytes) {
        try {
            return Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            return Optional.empty(); // neither 4 nor 16 bytes
        }
    }

    /** Makes {@link #receive} return at once, now and from now on. */
    void shutdown() {
        calls.shutdown(socket, SHUT_RDWR);
    }

    @Override
    public void close() {
        calls.close(socket);
    }

    /** The struct msghdr, with what it points to. */
    private final class Message {

        private final ByteBuffer header = NativeFunctions.buffer(56);
        private final ByteBuffer[] parts;

        Message(ByteBuffer name, int nameLength, ByteBuffer content, ByteBuffer control) {
            int length = control.capacity();
            ByteBuffer vector = NativeFunctions.buffer(2 * Long.BYTES).putLong(0, calls.address(content)).putLong(8,
                    content.capacity());
            header.putLong(0, calls.address(name)).putInt(8, nameLength).putLong(16, calls.address(vector))
                    .putLong(24, 1).putLong(32, length == 0 ? 0 : calls.address(control)).putLong(40, length);
            parts = new ByteBuffer[]{content, vector, name, control};
        }

        /** To be called when the message was passed, so that what it points to is reachable until then. */
        void keep() {
            Reference.reachabilityFence(header);
            Reference.reachabilityFence(parts);
        }
    }
}
