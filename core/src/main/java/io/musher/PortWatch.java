package io.musher;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.process.Loopback;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.supervisor.Incarnation;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * Connects to a booting worker's port until it accepts, and then asks whether it is really that worker who listens there:
 * somebody else may have been quicker. Lives on the control loop; ends when the worker is ready or gone.
 */
final class PortWatch implements EventLoop.Handler {

    private static final long FIRST_PAUSE = 5_000_000;
    private static final long LAST_PAUSE = 100_000_000;

    private final EventLoop loop;
    private final Incarnation worker;
    private final WorkerProcess process;
    private final int port;
    private final Runnable accepting;
    private long pause = FIRST_PAUSE;
    private SocketChannel channel;
    private SelectionKey key;

    PortWatch(EventLoop loop, Incarnation worker, WorkerProcess process, int port, Runnable accepting) {
        this.loop = loop;
        this.worker = worker;
        this.process = process;
        this.port = port;
        this.accepting = accepting;
    }

    void look() {
        if (!worker.isBooting() || !process.isAlive()) {
            return;
        }
        key = null;
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            if (channel.connect(Loopback.at(port)) || channel.finishConnect()) {
                accepts();
            } else {
                key = loop.register(channel, SelectionKey.OP_CONNECT, this);
            }
        } catch (IOException e) {
            again();
        }
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        if (channel.finishConnect()) {
            accepts();
        }
    }

    @Override
    public void failed(Throwable failure) {
        again();
    }

    private void accepts() {
        loop.discard(channel, key);
        channel = null;
        process.listensOn(port).whenComplete((own, failure) -> loop.execute(() -> {
            if (failure == null && own.orElse(true)) {
                accepting.run();
            } else {
                again();
            }
        }));
    }

    private void again() {
        if (channel != null) {
            loop.discard(channel, key);
            channel = null;
        }
        loop.schedule(pause, this::look);
        pause = Math.min(LAST_PAUSE, pause * 2);
    }
}
