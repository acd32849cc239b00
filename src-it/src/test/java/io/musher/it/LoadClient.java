package io.musher.it;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** One connection of an HTTP/1.1 client that checks every byte and tries nothing twice. */
final class LoadClient implements AutoCloseable {

    /** A status that says the server is at fault. */
    static final class ServerFault extends IOException {
        private static final long serialVersionUID = 1L;

        ServerFault(String status) {
            super(status);
        }
    }

    private static final int LONGEST_HEAD = 4096;

    private final SocketChannel channel;
    private final int patience;
    private final byte[] head = new byte[LONGEST_HEAD];
    private boolean saidClose;

    LoadClient(int port, int patienceMillis) throws IOException {
        patience = patienceMillis;
        channel = SocketChannel.open();
        try {
            channel.socket().connect(new InetSocketAddress("127.0.0.1", port), patienceMillis);
            channel.socket().setTcpNoDelay(true);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Whether the server has ended the connection while nobody used it, or said that it does. */
    boolean isStale() throws IOException {
        if (saidClose) {
            return true;
        }
        channel.configureBlocking(false);
        try {
            int n = channel.read(ByteBuffer.allocate(1));
            if (n > 0) {
                throw new ProtocolException("a byte nobody asked for");
            }
            return n < 0;
        } finally {
            channel.configureBlocking(true);
        }
    }

    void run(LoadRequest errand, boolean last) throws IOException {
        channel.socket().setSoTimeout(patience);
        channel.socket().getOutputStream().write(errand.head(last));
        channel.socket().getOutputStream().write(errand.body());
        InputStream in = channel.socket().getInputStream();
        int end = 0;
        int length = 0;
        while ((end = endOfHead(length)) < 0) {
            int n = in.read(head, length, head.length - length);
            if (n < 0) {
                throw new EOFException("the end after " + length + " bytes of a head");
            } else if (n == 0) {
                throw new ProtocolException("a head of " + length + " bytes");
            }
            length += n;
        }
        int expected = check(new String(head, 0, end, StandardCharsets.ISO_8859_1));
        byte[] body = new byte[expected];
        int early = Math.min(length - end, expected);
        System.arraycopy(head, end, body, 0, early);
        int n = early + in.readNBytes(body, early, expected - early);
        if (n < expected) {
            throw new EOFException("the end after " + n + " of " + expected + " bytes");
        }
        if (!Arrays.equals(body, errand.answer) || length - end > expected) {
            throw new ProtocolException("a wrong body of " + expected + " bytes for " + errand);
        }
        if (last && in.read() >= 0) {
            throw new ProtocolException("a byte after the end");
        }
    }

    private int endOfHead(int length) {
        for (int i = 3; i < length; i++) {
            if (head[i] == '\n' && head[i - 2] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    /** {@return the length of the body} */
    private int check(String text) throws IOException {
        String status = text.substring(0, text.indexOf('\r'));
        if (status.matches("HTTP/1.1 5.*")) {
            throw new ServerFault(status);
        } else if (!status.startsWith("HTTP/1.1 200")) {
            throw new ProtocolException(status);
        }
        saidClose = text.toLowerCase(Locale.ROOT).contains("\r\nconnection: close\r\n");
        return text.lines().map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip())).findFirst()
                .orElseThrow(() -> new ProtocolException("no length in " + text));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
