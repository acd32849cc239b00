package io.musher.internal.health;

import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.loop.EventLoop;
import io.musher.internal.process.os.Loopback;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Connects to a worker's port, without blocking; a TCP check passes when the connect succeeds, an HTTP check when the
 * response has a status of 200 to 399. Control thread only.
 */
final class PortCheck implements Check, EventLoop.Handler {

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( [^\r\n]*)?\r?\n");
    private static final int LINE = 512;

    private final EventLoop loop;
    private final Supplier<OptionalInt> port;
    private final Optional<byte[]> request;
    private final boolean answered;
    private Consumer<Optional<String>> outcome;
    private SocketChannel channel;
    private SelectionKey key;
    private ByteBuffer out;
    private ByteBuffer in;
    private boolean refused;

    /**
     * Creates an idle check; {@link #begin} connects.
     *
     * @param port the port on which the worker listens at present, if known
     * @param request the bytes to send; empty to connect only
     * @param answered whether the worker must send an HTTP response
     */
    PortCheck(EventLoop loop, Supplier<OptionalInt> port, Optional<byte[]> request, boolean answered) {
        this.loop = loop;
        this.port = port;
        this.request = request;
        this.answered = answered;
    }

    /**
     * Creates an idle check that only connects.
     *
     * @param port the port on which the worker listens at present, if known
     * @param proxyProtocol the header that the worker expects; the check sends one without a client
     */
    static PortCheck connecting(EventLoop loop, Supplier<OptionalInt> port,
            Optional<ProxyProtocol> proxyProtocol) {
        return new PortCheck(loop, port, HttpRequest.none(proxyProtocol), false);
    }

    @Override
    public void begin(Consumer<Optional<String>> callback) {
        abandon(); // the previous response may still be arriving
        outcome = callback;
        refused = false;
        OptionalInt currentPort = port.get();
        if (currentPort.isEmpty()) {
            end(Optional.of("it has no port"));
            return;
        }
        out = request.map(ByteBuffer::wrap).orElse(null);
        in = answered ? ByteBuffer.allocate(LINE) : null;
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            if (channel.connect(Loopback.at(currentPort.getAsInt())) || channel.finishConnect()) {
                connected();
            } else {
                key = loop.register(channel, SelectionKey.OP_CONNECT, this);
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /**
     * {@return whether the latest miss was a refused connection: nothing accepts on the port; other misses may be
     * caused by a lack of resources in this process}
     */
    boolean wasRefused() {
        return refused;
    }

    private void connected() throws IOException {
        if (channel.getLocalAddress().equals(channel.getRemoteAddress())) {
            // Linux may connect a socket to itself; without lingering, the port is free for the worker at once
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            throw new ConnectException("nothing listens");
        }
        if (out == null) {
            end(Optional.empty());
        } else if (!answered) {
            channel.write(out); // so few bytes always fit into the send buffer
            end(Optional.empty());
        } else {
            write();
        }
    }

    private void write() throws IOException {
        channel.write(out);
        want(out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private void want(int ops) throws IOException {
        if (key == null) {
            key = loop.register(channel, ops, this);
        } else {
            key.interestOps(ops);
        }
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        if (ready.isConnectable()) {
            if (channel.finishConnect()) {
                connected();
            }
        } else if (ready.isWritable()) {
            write();
        } else if (ready.isReadable()) {
            read();
        }
    }

    private void read() throws IOException {
        boolean endOfStream = channel.read(in) < 0;
        if (outcome == null) {
            in.clear();
            if (endOfStream) {
                abandon();
            }
            return;
        }
        String text = new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1);
        Matcher line = STATUS_LINE.matcher(text);
        if (line.lookingAt()) {
            int status = Integer.parseInt(line.group(1));
            tell(status >= 200 && status < 400 ? Optional.empty() : Optional.of("status " + status));
            if (endOfStream) {
                abandon();
            } else {
                in.clear(); // reads and discards the rest: the worker might log an early close as a client error
            }
        } else if (endOfStream || text.contains("\n") || !in.hasRemaining()) {
            end(Optional.of(text.isEmpty() ? "it closed the connection without an answer" : "its answer is no HTTP"));
        }
    }

    @Override
    public void failed(Throwable failure) {
        refused = failure instanceof ConnectException;
        end(Optional.of(failure.getMessage() == null ? failure.toString() : failure.getMessage()));
    }

    private void end(Optional<String> miss) {
        abandon();
        tell(miss);
    }

    private void tell(Optional<String> miss) {
        Consumer<Optional<String>> callback = outcome;
        outcome = null;
        if (callback != null) {
            callback.accept(miss);
        }
    }

    @Override
    public void abandon() {
        if (channel != null) {
            loop.discard(channel, key);
            channel = null;
            key = null;
        }
    }
}
