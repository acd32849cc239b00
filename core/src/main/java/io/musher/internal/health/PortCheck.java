package io.musher.internal.health;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.process.Loopback;
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

/** Connects to a worker's port; for HTTP asks for something too, and is content with a status of 200 to 399. */
public final class PortCheck implements Check, EventLoop.Handler {

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
     * Checks nothing yet.
     *
     * @param loop the control loop
     * @param port where it listens at the moment
     * @param request what to send; empty for a connect alone
     * @param answered whether the worker has to answer it, by HTTP
     */
    public PortCheck(EventLoop loop, Supplier<OptionalInt> port, Optional<byte[]> request, boolean answered) {
        this.loop = loop;
        this.port = port;
        this.request = request;
        this.answered = answered;
    }

    @Override
    public void begin(Consumer<Optional<String>> itsOutcome) {
        abandon(); // the last answer may not have ended yet
        outcome = itsOutcome;
        refused = false;
        OptionalInt where = port.get();
        if (where.isEmpty()) {
            end(Optional.of("it has no port"));
            return;
        }
        out = request.map(ByteBuffer::wrap).orElse(null);
        in = answered ? ByteBuffer.allocate(LINE) : null;
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            if (channel.connect(Loopback.at(where.getAsInt())) || channel.finishConnect()) {
                connected();
            } else {
                key = loop.register(channel, SelectionKey.OP_CONNECT, this);
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /** {@return whether the last miss says that nothing accepts on the port, and not that this process lacks something} */
    public boolean wasRefused() {
        return refused;
    }

    private void connected() throws IOException {
        if (channel.getLocalAddress().equals(channel.getRemoteAddress())) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0); // connected to itself, which Linux may do; the worker needs the port
            throw new ConnectException("nothing listens");
        }
        if (out == null) {
            end(Optional.empty());
        } else if (!answered) {
            channel.write(out); // so few bytes always fit
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
        boolean over = channel.read(in) < 0;
        if (outcome == null) {
            in.clear();
            if (over) {
                abandon();
            }
            return;
        }
        String text = new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1);
        Matcher line = STATUS_LINE.matcher(text);
        if (line.lookingAt()) {
            int status = Integer.parseInt(line.group(1));
            tell(status >= 200 && status < 400 ? Optional.empty() : Optional.of("status " + status));
            if (over) {
                abandon();
            } else {
                in.clear(); // what follows is read, and forgotten: the worker would take a hang-up for a client's fault
            }
        } else if (over || text.contains("\n") || !in.hasRemaining()) {
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
        Consumer<Optional<String>> told = outcome;
        outcome = null;
        if (told != null) {
            told.accept(miss);
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
