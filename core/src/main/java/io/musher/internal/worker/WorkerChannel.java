package io.musher.internal.worker;

import io.musher.balancer.loop.Connector;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.internal.ipc.CloseReason;
import io.musher.internal.ipc.Connection;
import io.musher.internal.ipc.FrameSink;
import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.Frames;
import io.musher.internal.ipc.Mailbox;
import io.musher.internal.ipc.MessageCounts;
import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.ipc.MessageHandler;
import io.musher.internal.ipc.ProtocolException;
import io.musher.internal.ipc.SharedBuffers;
import io.musher.internal.ipc.Welcome;
import io.musher.internal.ipc.Window;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The worker's end of its channel: connects to the primary, sends and receives frames. Loop thread only, except
 * {@link #mailbox} and {@link #knows}.
 *
 * <p>States: connecting, unless {@link Greeting} has → greeting (hello sent; other frames are queued) → open
 * (welcome received) → ended. A connection that ends before the welcome is retried for up to 10 s, because the
 * primary may have rejected it in a flood of other connections. A refused connection, or a goodbye instead of a
 * welcome, is final.
 */
final class WorkerChannel implements Connection.Owner {

    /** Receives the events of the channel. Exactly one of the last three is called, once, and ends the channel. */
    interface Listener {
        void welcome(long primary);

        void drain();

        void stop();

        void disconnect();

        /**
         * Called on a goodbye of the primary; {@code answer} is to run when the messages received before have been
         * processed.
         */
        void goodbyeReceived(Runnable answer);

        /** Called when the channel has closed after a goodbye. */
        void closed(String why);

        /** Called when the primary has refused this process. */
        void refused(String why);

        /** Called when the channel has closed without a goodbye, or the primary cannot be reached. */
        void lost(String why);
    }

    private static final long CONNECT_NANOS = 10_000_000_000L;
    private static final long FIRST_PAUSE_NANOS = 10_000_000L;
    private static final long MAX_PAUSE_NANOS = 500_000_000L;
    private static final int MAX_WAITING = 1024;

    private final EventLoop loop;
    private final WorkerEnvironment environment;
    private final Listener listener;
    private final SharedBuffers buffers = new SharedBuffers();
    private final Mailbox mailbox;
    private final HeartbeatResponder heartbeat;
    private final Set<Integer> others = ConcurrentHashMap.newKeySet();
    private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
    private @Nullable Connection connection;
    private long deadline;
    private long pause = FIRST_PAUSE_NANOS;
    private boolean open;
    private boolean ended;
    private @Nullable String goodbye;
    private String primaryGoodbye = "";

    WorkerChannel(EventLoop loop, WorkerEnvironment environment, Listener listener, HeartbeatResponder heartbeat,
            MessageHandler messages) {
        this.loop = loop;
        this.environment = environment;
        this.listener = listener;
        this.heartbeat = heartbeat;
        this.mailbox = new Mailbox(loop, messages, new MessageCounts(), buffers.arrays(), Window.ofThisJvm());
    }

    /** {@return the messages of this channel; see there for thread rules} */
    Mailbox mailbox() {
        return mailbox;
    }

    /** {@return whether another worker with this id exists; any thread} */
    boolean knows(int worker) {
        return others.contains(worker);
    }

    /**
     * Begins to read.
     *
     * @param greeted the connection on which a hello was sent; null to connect
     */
    void start(@Nullable SocketChannel greeted) {
        deadline = loop.now() + CONNECT_NANOS;
        if (greeted == null) {
            connect();
            return;
        }
        try {
            use(greeted);
        } catch (IOException | RuntimeException e) {
            Greeting.close(greeted);
            connect();
        }
    }

    private void connect() {
        if (!ended) {
            new PrimaryConnector().start(environment.channel(), deadline - loop.now());
        }
    }

    private final class PrimaryConnector extends Connector {

        PrimaryConnector() {
            super(loop);
        }

        @Override
        protected void connected(SocketChannel channel, @Nullable SelectionKey registered) throws IOException {
            use(channel).send(Greeting.hello(environment));
        }

        @Override
        protected void failed(Failure failure, Throwable cause) {
            String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            finish(() -> listener.lost("the primary cannot be reached at " + environment.ipc() + ": " + why));
        }
    }

    private Connection use(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Connection opened = new Connection(loop, channel, buffers, this);
        connection = opened;
        opened.open();
        return opened;
    }

    /** {@return the connection, once there is one: every frame comes from it} */
    private Connection connection() {
        return Objects.requireNonNull(connection, "not connected");
    }

    void send(int type, String text) {
        if (ended || goodbye != null) {
            return;
        }
        ByteBuffer frame = Frames.control(type, text);
        if (open) {
            connection().send(frame);
        } else if (waiting.size() < MAX_WAITING) {
            waiting.add(frame);
        } else {
            end(() -> listener.lost("more than " + MAX_WAITING + " frames queued before the welcome"));
        }
    }

    /** Sends a goodbye after all frames sent before. */
    void goodbye(String why) {
        if (!ended && goodbye == null) {
            goodbye = why;
            if (open) {
                mailbox.closeSending();
                connection().goodbye(why);
            }
        }
    }

    @Override
    public boolean accept(int type, int length) throws ProtocolException {
        if (type < FrameType.FIRST_MESSAGE) {
            FrameSink.checkControl(type, length);
        } else if (!open) {
            throw new ProtocolException("a frame of type " + type + " before a welcome");
        }
        return switch (type) {
            case FrameType.WELCOME, FrameType.GOODBYE -> true;
            case FrameType.DRAIN, FrameType.STOP, FrameType.DISCONNECT, FrameType.ACKNOWLEDGE, FrameType.WINDOW,
                    FrameType.WORKER_ADDED, FrameType.WORKER_REMOVED,
                    FrameType.HEARTBEAT -> open;
            default -> FrameType.isMessage(type);
        };
    }

    @Override
    public void frame(int type, int sequence, ByteBuffer payload) throws ProtocolException {
        switch (type) {
            case FrameType.WELCOME -> welcome(Welcome.parse(payload));
            case FrameType.DRAIN -> listener.drain();
            case FrameType.STOP -> listener.stop();
            case FrameType.DISCONNECT -> listener.disconnect();
            case FrameType.ACKNOWLEDGE -> mailbox.acknowledgementReceived(payload);
            case FrameType.WINDOW ->
                    mailbox.peerWindow(Frames.number(payload, Long.MAX_VALUE, "a window of", "number of bytes"));
            case FrameType.HEARTBEAT ->
                    heartbeat.requested(Frames.shown(payload), number -> send(FrameType.HEARTBEAT_REPLY, number));
            case FrameType.WORKER_ADDED -> others.add(worker(payload));
            case FrameType.WORKER_REMOVED -> others.remove(worker(payload));
            case FrameType.GOODBYE -> {
                primaryGoodbye = Frames.shown(payload);
                connection().goodbyeReceived();
                if (open && goodbye == null) {
                    mailbox.inbox().flush();
                    listener.goodbyeReceived(this::answerGoodbye);
                } else {
                    answerGoodbye();
                }
            }
            default -> mailbox.inbox().receive(MessageFrame.read(type, sequence, payload));
        }
    }

    private void answerGoodbye() {
        if (!ended) {
            mailbox.closeSending();
            connection().answerGoodbye();
        }
    }

    private static int worker(ByteBuffer payload) throws ProtocolException {
        return (int) Frames.number(payload, Integer.MAX_VALUE, "a worker id of", "number");
    }

    private void welcome(Welcome welcome) throws ProtocolException {
        if (open) {
            throw new ProtocolException("a second welcome");
        }
        open = true;
        listener.welcome(welcome.pid());
        mailbox.peerWindow(welcome.window());
        waiting.forEach(connection()::send);
        waiting.clear();
        mailbox.open(connection());
        if (goodbye != null) {
            mailbox.closeSending();
            connection().goodbye(goodbye);
        }
    }

    @Override
    public void ended(CloseReason reason, String why) {
        if (reason == CloseReason.GOODBYE) {
            finish(() -> {
                if (open) {
                    listener.closed(primaryGoodbye);
                } else {
                    listener.refused(primaryGoodbye);
                }
            });
        } else if (!open && goodbye == null && reason == CloseReason.GONE && loop.now() + pause - deadline < 0) {
            loop.schedule(pause, this::connect);
            pause = Math.min(2 * pause, MAX_PAUSE_NANOS);
        } else {
            finish(() -> listener.lost(why));
        }
    }

    private void end(Runnable notification) {
        if (connection != null) {
            connection.close();
        }
        finish(notification);
    }

    private void finish(Runnable notification) {
        if (!ended) {
            ended = true;
            waiting.clear();
            others.clear();
            mailbox.close();
            notification.run();
        }
    }
}
