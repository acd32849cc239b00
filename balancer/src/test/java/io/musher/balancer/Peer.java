package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** One end of a connection, blocking; a read that hangs ends in a timeout and fails the test. */
final class Peer implements AutoCloseable {

    private static final int PATIENCE = 20_000;

    final Socket socket;
    private final InputStream in;

    Peer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE);
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static Peer connect(InetSocketAddress address) throws IOException {
        return connect(address, new Socket());
    }

    /** With a socket whose options were set before it connects. */
    static Peer connect(InetSocketAddress address, Socket socket) throws IOException {
        socket.connect(address, PATIENCE);
        return new Peer(socket);
    }

    Peer send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Peer send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Half-close: this end says nothing more, and still listens. */
    Peer sendEnd() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    InputStream in() {
        return in;
    }

    /** {@return exactly so many bytes} */
    byte[] receive(int n) throws IOException {
        byte[] bytes = in.readNBytes(n);
        assertEquals(n, bytes.length, "bytes received before the end");
        return bytes;
    }

    void expect(String text) throws IOException {
        assertEquals(text, new String(receive(text.length()), StandardCharsets.ISO_8859_1));
    }

    /** {@return all bytes up to the end} */
    byte[] receiveAll() throws IOException {
        return in.readAllBytes();
    }

    /** {@return whether a first byte comes, rather than an end or a reset; it stays to be read} */
    boolean isAnswered() throws IOException {
        in.mark(1);
        try {
            boolean answered = in.read() >= 0;
            in.reset();
            return answered;
        } catch (SocketException e) {
            return false;
        }
    }

    void expectEnd() throws IOException {
        assertEquals(-1, in.read(), "the end of what the other side says");
    }

    void expectReset() {
        SocketException reset = assertThrows(SocketException.class, in::read, "a reset, not an end");
        assertEquals("Connection reset", reset.getMessage());
    }

    /** Sends an HTTP request and reads its answer. {@return the answer's body} */
    String ask(String request) throws IOException {
        send(request);
        return answer(request.startsWith("HEAD"));
    }

    String answer(boolean bodyless) throws IOException {
        HttpMessages.Message answer = HttpMessages.read(in, bodyless);
        assertEquals("HTTP/1.1 200 OK", answer == null ? "end of stream" : answer.startLine());
        return bodyless ? answer.headers().get("x-name") : answer.text();
    }

    /** Ends the connection with a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
