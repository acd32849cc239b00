package io.musher.it;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One connection of an HTTP/1.1 client, strict: whatever is not exactly one whole answer is an exception. */
final class StrictHttpClient implements AutoCloseable {

    private static final int PATIENCE = 40_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    StrictHttpClient(int port) throws IOException {
        this("127.0.0.1", port);
    }

    StrictHttpClient(String host, int port) throws IOException {
        try {
            socket.connect(new InetSocketAddress(host, port), PATIENCE);
            // A client that hangs fails.
            socket.setSoTimeout(PATIENCE);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), 1024);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** A request on a connection of its own; the body of the answer. */
    static String fetch(int port) throws IOException {
        return fetch("127.0.0.1", port);
    }

    static String fetch(String host, int port) throws IOException {
        return fetch(host, port, "/");
    }

    /** Likewise, of something else than the root. */
    static String fetch(int port, String path) throws IOException {
        return fetch("127.0.0.1", port, path);
    }

    private static String fetch(String host, int port, String path) throws IOException {
        try (StrictHttpClient caller = new StrictHttpClient(host, port)) {
            caller.send("GET " + path + " HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n");
            String body = caller.answer();
            caller.expectEnd();
            return body;
        }
    }

    /** A request on this connection; the body of the answer. */
    String get() throws IOException {
        request();
        return answer();
    }

    /** Half of {@link #get}. */
    void request() throws IOException {
        send("GET / HTTP/1.1\r\nHost: it\r\n\r\n");
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The other half of {@link #get}. */
    String answer() throws IOException {
        String status = line();
        if (!status.startsWith("HTTP/1.1 200 ")) {
            throw new IOException("not an answer: " + status);
        }
        int length = -1;
        for (String line = line(); !line.isEmpty(); line = line()) {
            if (line.regionMatches(true, 0, "Content-Length: ", 0, 16)) {
                length = Integer.parseInt(line.substring(16));
            }
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("after " + body.length + " of " + length + " bytes");
        }
        return new String(body, StandardCharsets.US_ASCII);
    }

    /** Whether something can be read at once. */
    boolean hasAnswer() throws IOException {
        return in.available() > 0;
    }

    /** Throws unless the other side has ended the connection in good order, or does so now. */
    void expectEnd() throws IOException {
        int more = in.read();
        if (more >= 0) {
            throw new IOException("a byte " + more + " after the end");
        }
    }

    Socket socket() {
        return socket;
    }

    /** Ends the connection before its time. */
    void hangUp() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("after '" + line + "'");
            } else if (c == '\n') {
                return line.toString();
            } else if (c != '\r') {
                line.append((char) c);
            }
        }
    }
}
