package io.musher.internal.health;

import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.loop.Connector;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.os.Loopback;
import java.io.IOException;
import java.net.ConnectException;
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
 * response has a status of 200 to 399; interim responses (status 100 to 199) are skipped. Control thread only.
 */
final class PortCheck implements Check, EventLoop.Handler {

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( [^\r\n]*)?\r?\n");
    private static final String NOT_HTTP = "its answer is not HTTP";
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int LINE = 512;

    private final EventLoop loop;
    private final Supplier<OptionalInt> port;
    private final Optional<byte[]> request;
    private final boolean expectsResponse;
    private @Nullable Consumer<Optional<String>> outcome;
    /** Null unless a connect is in progress. */
    private @Nullable Connector connector;
    /** Null unless connected. */
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private ByteBuffer out = ByteBuffer.allocate(0);
    private ByteBuffer in = ByteBuffer.allocate(0);
    /** Whether the header of an interim response is being read. */
    private boolean interim;
    private boolean refused;

    /**
     * Creates an idle check; {@link #begin} connects.
     *
     * @param port the port on which the worker listens at present, if known
     * @param request the bytes to send; empty to connect only
     * @param expectsResponse whether the worker must send an HTTP response
     */
    PortCheck(EventLoop loop, Supplier<OptionalInt> port, Optional<byte[]> request, boolean expectsResponse) {
        this.loop = loop;
        this.port = port;
        this.request = request;
        this.expectsResponse = expectsResponse;
    }

    /**
     * Creates an idle check that only connects.
     *
     * @param port the port on which the worker listens at present, if known
     * @param proxyProtocol the header that the worker expects; the check sends one without a client
     */
    static PortCheck connecting(EventLoop loop, Supplier<OptionalInt> port,
            Optional<ProxyProtocol> proxyProtocol) {
        return new PortCheck(loop, port, HttpRequest.proxyHeader(proxyProtocol), false);
    }

    @Override
    public void begin(Consumer<Optional<String>> callback) {
        abandon(); // the previous response may still be arriving
        outcome = callback;
        refused = false;
        interim = false;
        OptionalInt currentPort = port.get();
        if (currentPort.isEmpty()) {
            end(Optional.of("it has no port"));
            return;
        }
        out = ByteBuffer.wrap(request.orElse(new byte[0]));
        in = ByteBuffer.allocate(expectsResponse ? LINE : 0);
        Connector started = new Connector(loop) {
            @Override
            protected void connected(SocketChannel connected, @Nullable SelectionKey registered) throws IOException {
                connector = null;
                channel = connected;
                key = registered;
                request(connected);
            }

            @Override
            protected void failed(Failure failure, Throwable cause) {
                connector = null;
                PortCheck.this.failed(cause);
            }
        };
        connector = started;
        started.start(Loopback.at(currentPort.getAsInt()), Connector.NO_TIMEOUT); // the caller has a timeout
    }

    /**
     * {@return whether the latest miss was a refused connection: nothing accepts on the port; other misses may be
     * caused by a lack of resources in this process}
     */
    boolean wasRefused() {
        return refused;
    }

    private void request(SocketChannel connected) throws IOException {
        if (expectsResponse) {
            write(connected);
            return;
        }
        if (out.hasRemaining()) {
            connected.write(out); // so few bytes always fit into the send buffer
        }
        end(Optional.empty());
    }

    private void write(SocketChannel connected) throws IOException {
        connected.write(out);
        key = loop.register(connected, out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ, this);
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        SocketChannel connected = (SocketChannel) ready.channel();
        if (ready.isWritable()) {
            write(connected);
        } else if (ready.isReadable()) {
            read(connected);
        }
    }

    private void read(SocketChannel connected) throws IOException {
        boolean endOfStream = connected.read(in) < 0;
        for (String line = nextLine(); line != null && outcome != null; line = nextLine()) {
            evaluate(line);
        }
        if (outcome == null) { // reads and discards the rest: the worker might log an early close as a client error
            in.clear();
            if (endOfStream) {
                abandon();
            }
        } else if (endOfStream) {
            end(Optional.of(in.position() == 0 ? "it closed the connection without an answer" : NOT_HTTP));
        } else if (!in.hasRemaining() && !interim) {
            end(Optional.of(NOT_HTTP));
        } else if (!in.hasRemaining()) {
            in.position(1); // the first character of a long header line stands for all: the line is not empty
        }
    }

    /** Removes a line from the buffer; returns null if there is no complete line. */
    private @Nullable String nextLine() {
        for (int i = 0; i < in.position(); i++) {
            if (in.get(i) == '\n') {
                String line = new String(in.array(), 0, i + 1, StandardCharsets.ISO_8859_1);
                in.flip().position(i + 1);
                in.compact();
                return line;
            }
        }
        return null;
    }

    private void evaluate(String line) {
        if (interim) {
            interim = !line.isBlank();
            return;
        }
        Matcher matcher = STATUS_LINE.matcher(line);
        if (!matcher.matches()) {
            end(Optional.of(NOT_HTTP));
            return;
        }
        int status = Integer.parseInt(matcher.group(1));
        interim = status < 200 && status != SWITCHING_PROTOCOLS;
        if (!interim) {
            report(status >= 200 && status < 400 ? Optional.empty() : Optional.of("status " + status));
        }
    }

    @Override
    public void failed(Throwable failure) {
        refused = failure instanceof ConnectException;
        end(Optional.of(failure.getMessage() == null ? failure.toString() : failure.getMessage()));
    }

    private void end(Optional<String> miss) {
        abandon();
        report(miss);
    }

    private void report(Optional<String> miss) {
        Consumer<Optional<String>> callback = outcome;
        outcome = null;
        if (callback != null) {
            callback.accept(miss);
        }
    }

    @Override
    public void abandon() {
        if (connector != null) {
            connector.cancel();
            connector = null;
        }
        if (channel != null) {
            loop.discard(channel, key);
            channel = null;
            key = null;
        }
    }
}
