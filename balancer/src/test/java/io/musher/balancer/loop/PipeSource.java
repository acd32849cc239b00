package io.musher.balancer.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.concurrent.CompletableFuture;

/** The reading end of a pipe, with a handler that does what a test says and remembers what happened. */
final class PipeSource implements EventLoop.Handler {

    interface OnReady {
        void ready(PipeSource source) throws IOException;
    }

    final Pipe pipe = Pipe.open();
    final CompletableFuture<Integer> byteRead = new CompletableFuture<>();
    final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private final EventLoop loop;
    private final OnReady onReady;
    Throwable thrownByFailed;
    SelectionKey key;

    PipeSource(EventLoop loop, OnReady onReady) throws IOException {
        this.loop = loop;
        this.onReady = onReady;
        pipe.source().configureBlocking(false);
    }

    void register() {
        try {
            key = loop.register(pipe.source(), SelectionKey.OP_READ, this);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    void discard() {
        loop.discard(pipe.source(), key);
    }

    boolean isOpen() {
        return pipe.source().isOpen();
    }

    void write(int b) throws IOException {
        pipe.sink().write(ByteBuffer.wrap(new byte[]{(byte) b}));
    }

    void read() throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        pipe.source().read(one);
        byteRead.complete((int) one.get(0));
    }

    void close() throws IOException {
        pipe.sink().close();
        pipe.source().close();
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        onReady.ready(this);
    }

    @Override
    public void failed(Throwable cause) {
        discard();
        failure.complete(cause);
        if (thrownByFailed instanceof Error error) {
            throw error;
        } else if (thrownByFailed instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
