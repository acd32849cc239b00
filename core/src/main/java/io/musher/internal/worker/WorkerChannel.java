package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.ipc.BadFrame;
import io.musher.internal.ipc.Connection;
import io.musher.internal.ipc.Ending;
import io.musher.internal.ipc.FrameSink;
import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.Frames;
import io.musher.internal.ipc.Hello;
import io.musher.internal.ipc.Welcome;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The worker's end of its channel; belongs to the loop's thread.
 *
 * <p>States: connecting → greeting (hello said; what is sent waits) → open (welcome heard) → ended. A connection that ends before
 * the welcome is tried anew for a while: the primary may have dropped it among many strangers. Nobody listening, or a goodbye
 * instead of a welcome, is final.
 */
final class WorkerChannel implements Connection.Owner {

    /** What happens to the channel; the last three end it, one of them once. */
    interface Listener {
        void welcome(long primary);

        void drain();

        void stop();

        void disconnect();

        /** After a goodbye. */
        void closed(String why);

        /** The primary does not take this process for its worker. */
        void refused(String why);

        void lost(String why);
    }

    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final long FIRST_PAUSE_NANOS = 10_000_000L;
    private static final long LONGEST_PAUSE_NANOS = 500_000_000L;
    private static final int MAX_WAITING = 1024;
    private static final int SCRATCH = 64 * 1024;

    private final EventLoop loop;
    private final WorkerEnvironment environment;
    private final Listener listener;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
    private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
    private Connection connection;
    private long deadline;
    private long pause = FIRST_PAUSE_NANOS;
    private boolean open;
    private boolean ended;
    private String goodbye;
    private String heard = "";

    WorkerChannel(EventLoop loop, WorkerEnvironment environment, Listener listener) {
        this.loop = loop;
        this.environment = environment;
        this.listener = listener;
    }

    void start() {
        deadline = loop.now() + PATIENCE_NANOS;
        dial();
    }

    private void dial() {
        if (!ended) {
            new Dial(loop, environment.channel(), deadline - loop.now(), this::connected, this::unreachable).start();
        }
    }

    private void unreachable(String why) {
        finish(() -> listener.lost("the primary cannot be reached at " + environment.ipc() + ": " + why));
    }

    private void connected(SocketChannel channel) {
        connection = new Connection(loop, channel, scratch, this);
        connection.open();
        connection.send(new Hello(Hello.VERSION, environment.token(), ProcessHandle.current().pid()).frame());
    }

    void send(int type, String text) {
        if (ended || goodbye != null) {
            return;
        }
        ByteBuffer frame = Frames.control(type, text);
        if (open) {
            connection.send(frame);
        } else if (waiting.size() < MAX_WAITING) {
            waiting.add(frame);
        } else {
            end(() -> listener.lost(MAX_WAITING + " frames wait for a welcome"));
        }
    }

    /** Says goodbye after what was sent before. */
    void goodbye(String why) {
        if (!ended && goodbye == null) {
            goodbye = why;
            if (open) {
                connection.goodbye(why);
            }
        }
    }

    @Override
    public boolean take(int type, int length) throws BadFrame {
        if (type < FrameType.FIRST_MESSAGE) {
            FrameSink.checkControl(type, length);
        } else if (!open) {
            throw new BadFrame("a frame of type " + type + " before a welcome");
        }
        return switch (type) {
            case FrameType.WELCOME, FrameType.GOODBYE -> true;
            case FrameType.DRAIN, FrameType.STOP, FrameType.DISCONNECT -> open;
            default -> false;
        };
    }

    @Override
    public void frame(int type, int sequence, ByteBuffer payload) throws BadFrame {
        switch (type) {
            case FrameType.WELCOME -> welcome(Welcome.parse(payload));
            case FrameType.DRAIN -> listener.drain();
            case FrameType.STOP -> listener.stop();
            case FrameType.DISCONNECT -> listener.disconnect();
            default -> {
                heard = Frames.shown(payload);
                connection.heardGoodbye();
            }
        }
    }

    private void welcome(Welcome welcome) throws BadFrame {
        if (open) {
            throw new BadFrame("a second welcome");
        }
        open = true;
        listener.welcome(welcome.pid());
        waiting.forEach(connection::send);
        waiting.clear();
        if (goodbye != null) {
            connection.goodbye(goodbye);
        }
    }

    @Override
    public void ended(Ending how, String why) {
        if (how == Ending.GOODBYE) {
            finish(() -> {
                if (open) {
                    listener.closed(heard);
                } else {
                    listener.refused(heard);
                }
            });
        } else if (!open && goodbye == null && how == Ending.GONE && loop.now() + pause - deadline < 0) {
            loop.schedule(pause, this::dial);
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        } else {
            finish(() -> listener.lost(why));
        }
    }

    private void end(Runnable told) {
        if (connection != null) {
            connection.close();
        }
        finish(told);
    }

    private void finish(Runnable told) {
        if (!ended) {
            ended = true;
            waiting.clear();
            told.run();
        }
    }
}
