package io.musher.ops.internal.control;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of a door, on a thread of its own: reads a line, has the command carried out, writes the answer, and so
 * on. A request must arrive, and an answer be taken, within 10 s. What is no request is answered and ends the
 * connection.
 */
final class DoorClient implements Runnable, ControlHandler.Lines {

    static final int MAX_REQUEST = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");
    private static final long LIMIT_SECONDS = 10;
    private static final long SIGN_OF_LIFE_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long LOOK_MILLIS = 1_000;
    private static final byte[] SIGN_OF_LIFE = {'{', '}', '\n'};

    private final SocketChannel channel;
    private final String user;
    private final ControlHandler handler;
    private final ScheduledExecutorService timer;
    private final StreamSlots streams;
    private final Consumer<DoorClient> left;
    private final CountDownLatch done = new CountDownLatch(1);
    private byte[] buffer = new byte[1_024];
    private int filled;
    private volatile boolean waits = true;
    private volatile boolean ending;
    private volatile @Nullable Feed feed;
    /** When the write of a stream began that the client has not taken yet; 0 while there is none. */
    private volatile long writingSince;

    DoorClient(SocketChannel channel, String user, ControlHandler handler, ScheduledExecutorService timer,
            StreamSlots streams, Consumer<DoorClient> left) {
        this.channel = channel;
        this.user = user;
        this.handler = handler;
        this.timer = timer;
        this.streams = streams;
        this.left = left;
    }

    @Override
    public void run() {
        try (channel) {
            boolean more = true;
            while (more && !ending) {
                more = serveOne();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("a client of the control endpoint has left", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            left.accept(this);
            done.countDown();
        }
    }

    /** {@return whether the connection goes on} */
    private boolean serveOne() throws IOException, InterruptedException {
        try {
            int end = readLine();
            if (end < 0) {
                return false;
            }
            waits = false;
            Request request = request(end);
            System.arraycopy(buffer, end + 1, buffer, 0, filled - end - 1);
            filled -= end + 1;
            try {
                write(Json.line(UnixDoor.success(handler.handle(request, this))));
            } catch (ControlException e) {
                write(Json.line(failure(e)));
                return e.code() != ControlException.BAD_REQUEST;
            } catch (RuntimeException e) {
                LOG.error("the command {} failed", request.command(), e);
                write(Json.line(failure(new ControlException(ControlException.FAILED,
                        request.command() + " failed: " + e + "; the log of the primary has more"))));
            }
            waits = true;
            return true;
        } catch (ControlException e) {
            waits = false;
            write(Json.line(failure(e)));
            return false;
        }
    }

    private Request request(int length) throws ControlException {
        try {
            return Request.of(Json.object(buffer, length), user);
        } catch (IllegalArgumentException e) {
            throw new ControlException(ControlException.BAD_REQUEST, "this is no line of JSON: " + e.getMessage());
        }
    }

    /** {@return where the first line ends; -1 if the client has left} */
    private int readLine() throws IOException, ControlException {
        Future<?> limit = limit();
        int searched = 0;
        try {
            while (true) {
                for (; searched < filled; searched++) {
                    if (buffer[searched] == '\n') {
                        return searched;
                    }
                }
                if (filled > MAX_REQUEST) {
                    throw new ControlException(ControlException.TOO_LARGE,
                            "a request may have " + MAX_REQUEST + " bytes, and this line has more");
                }
                if (filled == buffer.length) {
                    buffer = Arrays.copyOf(buffer, Math.min(2 * filled, MAX_REQUEST + 1));
                }
                int count = channel.read(ByteBuffer.wrap(buffer, filled, buffer.length - filled));
                if (count < 0 && filled > 0) {
                    throw new ControlException(ControlException.BAD_REQUEST,
                            "the last line has no end: a request is a line of JSON, its end included");
                } else if (count < 0) {
                    return -1;
                }
                filled += count;
            }
        } finally {
            limit.cancel(false);
        }
    }

    /** Closes the connection unless the returned task is cancelled in time, which also ends a read or write. */
    private Future<?> limit() {
        return timer.schedule(this::close, LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private void write(byte[] line) throws IOException {
        Future<?> limit = limit();
        try {
            writeSlowly(line);
        } finally {
            limit.cancel(false);
        }
    }

    private void writeSlowly(byte[] line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void send(byte[] line) {
        try {
            write(line);
        } catch (IOException e) {
            LOG.trace("a client has left before its command was done", e);
        }
    }

    @Override
    public void stream(Feed lines) throws ControlException, InterruptedException {
        if (!streams.acquire(this)) {
            throw new ControlException(ControlException.BUSY,
                    UnixDoor.MAX_STREAMS + " clients have a stream already; try again when one has left");
        }
        feed = lines;
        try {
            if (ending) {
                lines.close();
            }
            stream(lines, System.nanoTime());
        } catch (IOException e) {
            LOG.trace("a client has left its stream", e);
        } finally {
            feed = null;
            streams.release(this);
        }
    }

    private void stream(Feed lines, long begin) throws IOException, InterruptedException {
        long written = begin;
        while (!lines.isEnded()) {
            byte[] line = lines.take(LOOK_MILLIS);
            if (line == null && hasLeft()) {
                return;
            }
            if (line == null && System.nanoTime() - written > SIGN_OF_LIFE_NANOS) {
                line = SIGN_OF_LIFE;
            }
            if (line != null) {
                // without a limit: a client that does not read for a while gets a gap, and StreamSlots may drop it
                writingSince = System.nanoTime();
                writeSlowly(line);
                writingSince = 0;
                written = System.nanoTime();
            }
        }
    }

    /** {@return how long the client has taken nothing of what its stream has for it, in ns} */
    long stalledFor(long now) {
        long since = writingSince;
        return since == 0 ? 0 : now - since;
    }

    /** Looks whether the client has closed its end; what it sends during a stream is not read. */
    private boolean hasLeft() throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } finally {
            channel.configureBlocking(true);
        }
    }

    /** Ends a stream, and a connection that waits for a request; a command that is being carried out is answered. */
    void end() {
        ending = true;
        Feed running = feed;
        if (running != null) {
            running.close();
        }
        if (waits) {
            close();
        }
    }

    /** Waits for the last answer until the deadline, then closes. */
    void awaitEnd(long deadline) {
        try {
            if (!done.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    /** Closes the connection, which ends a read or write of it. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing a connection failed", e);
        }
    }

    static Map<String, Object> failure(ControlException failure) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", false);
        answer.put("error", failure.getMessage());
        answer.put("code", failure.code());
        if (!failure.lastOutput().isEmpty()) {
            answer.put("lastOutput", failure.lastOutput());
        }
        return answer;
    }
}
