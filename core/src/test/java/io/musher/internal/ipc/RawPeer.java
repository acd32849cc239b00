package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A program that speaks the protocol, or does not, byte by byte and without the code under test; blocking, with a
 * timeout.
 */
public final class RawPeer implements AutoCloseable {

    private static final int PATIENCE = 20_000;
    private static final int HEADER = 9;
    private static final int PEER = 4;

    /** The names of the numbers in PROTOCOL.md, not taken from the code under test. */
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(1, "HELLO"),
            Map.entry(2, "WELCOME"),
            Map.entry(3, "READY"),
            Map.entry(4, "NOT_READY"),
            Map.entry(5, "LISTENING"),
            Map.entry(6, "DRAIN"),
            Map.entry(7, "STOP"),
            Map.entry(8, "DISCONNECT"),
            Map.entry(9, "GOODBYE"),
            Map.entry(10, "ACKNOWLEDGE"),
            Map.entry(11, "WORKER_ADDED"),
            Map.entry(12, "WORKER_REMOVED"),
            Map.entry(13, "HEARTBEAT"),
            Map.entry(14, "HEARTBEAT_REPLY"),
            Map.entry(15, "DRAIN_HOOKS"),
            Map.entry(16, "DRAIN_HOOKS_DONE"),
            Map.entry(17, "WINDOW"),
            Map.entry(18, "MAIN_RETURNED"),
            Map.entry(32, "JSON_MESSAGE"),
            Map.entry(33, "BINARY_MESSAGE"),
            Map.entry(34, "JSON_REQUEST"),
            Map.entry(35, "BINARY_REQUEST"),
            Map.entry(36, "JSON_REPLY"),
            Map.entry(37, "BINARY_REPLY"),
            Map.entry(38, "REQUEST_FAILED"),
            Map.entry(39, "PEER_GONE"));

    public final Socket socket;
    private final DataInputStream in;

    /** Connects. */
    public RawPeer(String address) throws IOException {
        socket = new Socket();
        socket.setSoTimeout(PATIENCE);
        socket.setTcpNoDelay(true);
        String[] parts = address.split(":");
        socket.connect(new InetSocketAddress(parts[0], Integer.parseInt(parts[1])), PATIENCE);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Takes what was accepted. */
    public RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE);
        in = new DataInputStream(socket.getInputStream());
    }

    /** {@return a frame's bytes} */
    public static byte[] frame(int type, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEADER + bytes.length).putInt(bytes.length).put((byte) type).putInt(0).put(bytes)
                .array();
    }

    public RawPeer send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    public RawPeer send(int type, String payload) throws IOException {
        return send(frame(type, payload));
    }

    /** Says a hello and hears the welcome. */
    public RawPeer join(String token) throws IOException {
        send(FrameType.HELLO, "musher/1 " + token + " 4711");
        expect("WELCOME musher/1 " + ProcessHandle.current().pid());
        return this;
    }

    /** {@return the next frame as type and payload, of those that are not about other workers or drain hooks} */
    public String receive() throws IOException {
        String frame;
        do {
            frame = receiveAny();
        } while (isOfOthers(frame) || isOfDrainHooks(frame));
        return frame;
    }

    /** {@return the next frame as type and payload} */
    public String receiveAny() throws IOException {
        return rest(in.readInt());
    }

    private String rest(int length) throws IOException {
        int type = in.readUnsignedByte();
        assertEquals(0, in.readInt(), "sequence of a control frame");
        String payload = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return payload.isEmpty() ? name(type) : name(type) + " " + payload;
    }

    private static String name(int type) {
        return NAMES.getOrDefault(type, "type " + type);
    }

    private static boolean isOfOthers(String frame) {
        return frame.startsWith("WORKER_");
    }

    private static boolean isOfDrainHooks(String frame) {
        return frame.startsWith("DRAIN_HOOKS");
    }

    /** {@return a message's frame} */
    public static byte[] message(int type, int sequence, int peer, byte[] body) {
        return ByteBuffer.allocate(HEADER + PEER + body.length).putInt(PEER + body.length).put((byte) type)
                .putInt(sequence)
                .putInt(peer).put(body).array();
    }

    /**
     * {@return the next message: type, sequence, peer, body as text; control frames before it are added to it in front}
     */
    public String receiveMessage() throws IOException {
        StringBuilder before = new StringBuilder();
        while (true) {
            int length = in.readInt();
            int type = in.readUnsignedByte();
            int sequence = in.readInt();
            if (type < FrameType.FIRST_MESSAGE) {
                in.readNBytes(length);
                before.append(name(type).startsWith("WORKER_") ? "" : name(type) + ", ");
            } else {
                return before + name(type) + " " + sequence + " " + in.readInt() + " "
                        + new String(in.readNBytes(length - PEER), StandardCharsets.UTF_8);
            }
        }
    }

    public void expect(String frame) throws IOException {
        assertEquals(frame, receive());
    }

    /** The other side has closed; a reset will do, it is what unread bytes turn a close into. */
    public void expectEnd() throws IOException {
        try {
            for (int first; (first = in.read()) >= 0;) {
                String frame = rest(first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort());
                assertTrue(isOfOthers(frame) || isOfDrainHooks(frame), frame);
            }
        } catch (SocketException e) {
            assertEquals("Connection reset", e.getMessage());
        }
    }

    /** Gone without a word. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
