package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The primary's end of the channel to one worker: sends control frames and reports the worker's frames to a
 * {@link ChannelListener}.
 *
 * <p>States: expected (a token but no connection; frames to send are queued) → open (from the hello on) → closed. A
 * token opens one connection, once. Loop thread only, except {@link #token}, {@link #isConnected}, {@link #mailbox} and
 * {@link #toString}.
 */
public final class Channel implements Connection.Owner {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");
    private static final long PID = ProcessHandle.current().pid();

    /** After the process has ended: time to read what it sent, as its children may hold the socket open. */
    private static final long REST_NANOS = 1_000_000_000L;
    /** After the process has ended: time for a hello that is still in transit. */
    private static final long LATE_HELLO_NANOS = 100_000_000L;

    private final ChannelServer server;
    private final EventLoop loop;
    private final String worker;
    private final int id;
    private final ChannelListener listener;
    private final Mailbox mailbox;
    private final Inbox inbox;
    private final Token token = new Token();
    private final List<ByteBuffer> beforeHello = new ArrayList<>();
    private @Nullable Connection connection; // null before the hello
    private int sentOnce; // types of control frames that were sent already, as bits
    private @Nullable String goodbye;
    private long window;
    private volatile boolean closed;

    Channel(ChannelServer server, EventLoop loop, String worker, int id, ChannelListener listener,
            MessageHandler handler) {
        this.server = server;
        this.loop = loop;
        this.worker = worker;
        this.id = id;
        this.mailbox = new Mailbox(loop, handler, server.counts(), server.buffers().arrays(), server.window(),
                server.share(worker));
        this.inbox = mailbox.inbox();
        this.window = server.window();
        this.listener = new RateLimitedListener(loop, worker, new GuardedChannelListener(worker, listener));
    }

    /** {@return the secret for the worker's environment; must not appear anywhere else} */
    public String token() {
        return token.hex();
    }

    /** {@return whether the channel is expected or open: true from the beginning until goodbye or loss} */
    public boolean isConnected() {
        return !closed;
    }

    /** {@return the messages of this channel; see there for thread rules} */
    public Mailbox mailbox() {
        return mailbox;
    }

    int id() {
        return id;
    }

    /** Tells the worker to drain: no new connections, and a stop follows. Later calls do nothing. */
    public void drain() {
        send(FrameType.DRAIN);
    }

    /** Tells the worker to run its stop hooks and exit. Later calls do nothing. */
    public void stop() {
        send(FrameType.STOP);
    }

    /** Tells the worker to drain: no new connections, and a goodbye follows. Later calls do nothing. */
    public void disconnect() {
        send(FrameType.DISCONNECT);
    }

    /**
     * Sends a heartbeat to check the liveness of the worker; {@link ChannelListener#heartbeatAnswered} reports the
     * answer.
     *
     * @param number the worker repeats it in its answer
     */
    public void heartbeat(long number) {
        if (connection == null || closed) {
            return;
        } else if (inbox.isPaused()) {
            loop.execute(() -> listener.heartbeatAnswered(number)); // its answer would not be read
        } else {
            connection.send(Frames.control(FrameType.HEARTBEAT, Long.toString(number)));
        }
    }

    /**
     * Sends a goodbye after everything sent before, and closes when the worker has answered, or after 5 s. A worker
     * that has not connected yet is let in first and then gets the goodbye.
     *
     * @param why the reason, for the worker's log
     */
    public void goodbye(String why) {
        if (!closed && goodbye == null) {
            goodbye = why;
            if (connection != null) {
                mailbox.closeSending();
                connection.goodbye(why);
            }
        }
    }

    /**
     * Handles the end of the worker's process: delivers what the worker had sent, then reports the end of the channel,
     * after about a second at most.
     */
    public void finish() {
        loop.execute(() -> scheduleRest(true));
    }

    private void scheduleRest(boolean mayWait) {
        boolean maybeLate = server.acceptBacklog();
        if (connection != null) {
            loop.schedule(REST_NANOS, this::close);
        } else if (maybeLate && mayWait) {
            loop.schedule(LATE_HELLO_NANOS, () -> scheduleRest(false));
        } else {
            end(CloseReason.GONE, "ended without a hello");
        }
    }

    /**
     * Closes the connection without a goodbye, which the worker takes for the death of the primary. Notifies the
     * listener later.
     */
    public void close() {
        loop.execute(() -> end(CloseReason.GONE, "closed by the primary"));
    }

    @Override
    public String toString() {
        return worker;
    }

    @Nullable
    Connection connection() {
        return connection;
    }

    boolean matches(String claimed) {
        return token.matches(claimed);
    }

    void open(Connection opened, Hello hello) {
        connection = opened;
        opened.owner(this);
        mailbox.peerWindow(hello.window());
        opened.send(new Welcome(Hello.VERSION, PID, window).frame());
        beforeHello.forEach(opened::send);
        server.announce(this);
        mailbox.open(opened);
        if (goodbye != null) {
            mailbox.closeSending();
            opened.goodbye(goodbye);
        }
        LOG.debug("{}: hello from process {}, window {}", worker, hello.pid(), hello.window());
        listener.hello(hello.pid());
    }

    /** Sets the receive window, and announces it to the worker if it has changed. */
    void window(long bytes) {
        if (window != bytes && !closed) {
            window = bytes;
            mailbox.window(bytes);
            if (connection != null) {
                connection.send(Frames.control(FrameType.WINDOW, Long.toString(bytes)));
            }
        }
    }

    private void send(int type) {
        if ((sentOnce & 1 << type) == 0) {
            sentOnce |= 1 << type;
            send(Frames.control(type));
        }
    }

    private void send(ByteBuffer frame) {
        if (closed) {
            return;
        } else if (connection == null) {
            beforeHello.add(frame);
        } else {
            connection.send(frame);
        }
    }

    /** Tells this worker that another worker has joined or left, depending on {@code type}. */
    void sendWorkerId(Channel other, int type) {
        if (connection != null) {
            connection.send(Frames.control(type, Integer.toString(other.id)));
        }
    }

    @Override
    public boolean accept(int type, int length) throws ProtocolException {
        if (FrameType.isControl(type)) {
            FrameSink.checkControl(type, length);
        } else if (length > server.maxMessageSize() + Integer.BYTES) {
            throw new ProtocolException("a frame of " + length + " bytes, over " + server.maxMessageSize());
        }
        if (FrameType.isMessage(type)) {
            inbox.headerReceived(MessageFrame.cost(length));
            return true;
        }
        return switch (type) {
            case FrameType.HELLO -> throw new ProtocolException("a second hello");
            case FrameType.READY, FrameType.NOT_READY, FrameType.LISTENING, FrameType.STOP, FrameType.DISCONNECT,
                    FrameType.GOODBYE, FrameType.ACKNOWLEDGE, FrameType.HEARTBEAT_REPLY, FrameType.WINDOW,
                    FrameType.DRAIN_HOOKS, FrameType.DRAIN_HOOKS_DONE, FrameType.MAIN_RETURNED ->
                    true;
            default -> false;
        };
    }

    @Override
    public void frame(int type, int sequence, ByteBuffer payload) throws ProtocolException {
        switch (type) {
            case FrameType.READY -> listener.ready();
            case FrameType.NOT_READY -> listener.notReady();
            case FrameType.LISTENING -> listener.listening(ListeningFrame.parse(payload));
            case FrameType.STOP -> listener.stopRequested();
            case FrameType.DISCONNECT -> listener.disconnectRequested();
            case FrameType.ACKNOWLEDGE -> mailbox.acknowledgementReceived(payload);
            case FrameType.WINDOW ->
                    mailbox.peerWindow(Frames.number(payload, Long.MAX_VALUE, "a window of", "number of bytes"));
            case FrameType.HEARTBEAT_REPLY ->
                    listener.heartbeatAnswered(
                            Frames.number(payload, Long.MAX_VALUE, "the answer to heartbeat", "number"));
            case FrameType.DRAIN_HOOKS -> listener.drainHooks();
            case FrameType.DRAIN_HOOKS_DONE -> listener.drainHooksDone();
            case FrameType.MAIN_RETURNED -> listener.mainReturned();
            case FrameType.GOODBYE -> {
                mailbox.closeSending();
                Connection from = Objects.requireNonNull(connection); // not null: this frame came through it
                from.goodbyeReceived();
                from.answerGoodbye();
            }
            default -> message(MessageFrame.read(type, sequence, payload));
        }
    }

    private void message(MessageFrame message) throws ProtocolException {
        inbox.bodyReceived();
        if (message.peer() == 0) {
            inbox.receive(message);
        } else {
            server.relay(this, message);
        }
    }

    @Override
    public void ended(CloseReason reason, String why) {
        if (reason == CloseReason.FAULT) {
            LOG.warn("{}: closed the channel: {}", worker, why);
        }
        end(reason, why);
    }

    /** Fails pending requests after the loop itself has failed; does not notify the listener. */
    void abandon() {
        closed = true;
        mailbox.close();
    }

    private void end(CloseReason reason, String why) {
        if (closed) {
            return;
        }
        closed = true;
        if (connection != null && inbox.isPaused()) {
            LOG.warn(
                    "{}: the channel has ended while reading was paused by slow listeners; the last messages of the"
                            + " worker are lost",
                    worker);
        }
        mailbox.close();
        server.remove(this);
        if (connection != null) {
            connection.close();
        }
        if (reason == CloseReason.GOODBYE) {
            listener.goodbye();
        } else {
            listener.lost(why);
        }
    }
}
