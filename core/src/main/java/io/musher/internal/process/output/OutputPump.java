package io.musher.internal.process.output;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;

/** Reads the standard output or error stream of one worker until end of stream, on a daemon thread of its own. */
public final class OutputPump {

    private final InputStream in;
    private final OutputTail tail;
    private final OutputSink sink;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    public OutputPump(InputStream in, OutputTail tail, OutputSink sink) {
        this.in = in;
        this.tail = tail;
        this.sink = sink;
    }

    public void start(String name) {
        Thread thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** {@return a future that completes at the end of the stream} */
    public CompletableFuture<Void> done() {
        return done;
    }

    private void run() {
        byte[] buffer = new byte[16 << 10];
        try (in) {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                length = fillLine(buffer, length);
                tail.add(buffer, 0, length);
                sink.accept(buffer, 0, length);
            }
        } catch (IOException e) {
            // the worker has exited
        } finally {
            sink.end();
            done.complete(null);
        }
    }

    /**
     * Reads the rest of an incomplete line if it is available already, so that lines of several workers are interleaved
     * less often.
     */
    private int fillLine(byte[] buffer, int length) throws IOException {
        int filled = length;
        while (filled < buffer.length && buffer[filled - 1] != '\n' && in.available() > 0) {
            int count = in.read(buffer, filled, buffer.length - filled);
            if (count < 0) {
                break;
            }
            filled += count;
        }
        return filled;
    }
}
