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

/**
 * A program that speaks the protocol, or does not, byte by byte and without the code under test; blocking, with a
 * timeout.
 */
public final class RawPeer implements AutoCloseable {

    private static final int PATIENCE = 20_000;

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
        return ByteBuffer.allocate(9 + bytes.length).putInt(bytes.length).put((byte) type).putInt(0).put(bytes).array();
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
        send(1, "musher/1 " + token + " 4711");
        expect("2 musher/1 " + ProcessHandle.current().pid());
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
        return payload.isEmpty() ? Integer.toString(type) : type + " " + payload;
    }

    private static boolean isOfOthers(String frame) {
        return frame.startsWith("11 ") || frame.startsWith("12 ");
    }

    private static boolean isOfDrainHooks(String frame) {
        return frame.equals("15") || frame.equals("16");
    }

    /** {@return a message's frame} */
    public static byte[] message(int type, int sequence, int peer, byte[] body) {
        return ByteBuffer.allocate(13 + body.length).putInt(4 + body.length).put((byte) type).putInt(sequence)
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
            if (type < 32) {
                in.readNBytes(length);
                before.append(type == 11 || type == 12 ? "" : type + ", ");
            } else {
                return before + "" + type + " " + sequence + " " + in.readInt() + " "
                        + new String(in.readNBytes(length - 4), StandardCharsets.UTF_8);
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
