package io.musher.it;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * So many fresh connections a second, each for one small request, or as many as the machine can do with a bounded
 * number of open ones; on one thread, so that the load itself takes little of the machine. Nothing is tried twice. A
 * connection is lost if it is refused, reset, ended before the whole answer, or not answered within 30 s.
 */
final class ConnectionStorm implements AutoCloseable {

    private static final int MOST_OPEN = 500;
    private static final long LONGEST_LAG = 20_000_000;
    private static final long PATIENCE = 30_000_000_000L;

    private final InetSocketAddress server;
    private final int rate;
    private final byte[] request = LoadRequest.SMALL.head(true);
    private final Selector selector;
    private final Deque<Connection> open = new ArrayDeque<>();
    private final List<String> lost = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private final AtomicLong done = new AtomicLong();
    private final Thread thread;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(16 * 1024);
    private long begun;
    private long ended;
    private volatile boolean stopping;

    private final class Connection {
        private final long start;
        private final SocketChannel channel;
        private int received;
        private boolean over;

        Connection(long start) throws IOException {
            this.start = start;
            channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true).configureBlocking(false);
        }
    }

    ConnectionStorm(int port, int rate) throws IOException {
        this.server = new InetSocketAddress("127.0.0.1", port);
        this.rate = rate;
        this.selector = Selector.open();
        this.thread = Threads.start("storm", this::run);
    }

    private void run() {
        begun = System.nanoTime();
        long pause = 1_000_000_000L / rate;
        long next = begun;
        try {
            while (!stopping || !open.isEmpty()) {
                long now = System.nanoTime();
                for (; !stopping && next - now <= 0 && open.size() < MOST_OPEN; next += pause) {
                    connect(now);
                }
                if (now - next > LONGEST_LAG) {
                    next = now; // the machine cannot do the rate
                }
                selector.select(key -> ready((Connection) key.attachment(), key), 1);
                while (!open.isEmpty() && (open.peek().over || now - open.peek().start > PATIENCE)) {
                    Connection oldest = open.poll();
                    if (!oldest.over) {
                        lose(oldest, "no answer");
                    }
                }
            }
        } catch (IOException e) {
            lost.add("the generator failed: " + e);
        }
        ended = System.nanoTime();
    }

    private void connect(long start) throws IOException {
        Connection connection = new Connection(start);
        open.add(connection);
        SelectionKey key = connection.channel.register(selector, SelectionKey.OP_CONNECT, connection);
        try {
            if (connection.channel.connect(server)) {
                ready(connection, key);
            }
        } catch (IOException e) {
            lose(connection, e.toString());
        }
    }

    private void ready(Connection connection, SelectionKey key) {
        try {
            if (connection.received == 0 && key.interestOps() == SelectionKey.OP_CONNECT) {
                if (connection.channel.finishConnect()) {
                    key.interestOps(SelectionKey.OP_READ);
                    connection.channel.write(ByteBuffer.wrap(request));
                }
                return;
            }
            int n = connection.channel.read(scratch.clear());
            if (n >= 0) {
                connection.received += n;
            } else if (connection.received <= LoadRequest.SMALL.answer.length) {
                lose(connection, "the end after " + connection.received + " bytes");
            } else {
                connection.channel.close();
                connection.over = true;
                times.add(System.nanoTime() - connection.start);
                done.incrementAndGet();
            }
        } catch (IOException e) {
            lose(connection, (connection.received == 0 ? "" : "after " + connection.received + " bytes: ") + e);
        }
    }

    private void lose(Connection connection, String why) {
        connection.over = true;
        lost.add("begun at " + (connection.start - begun) / 1_000_000 + " ms, lost at "
                + (System.nanoTime() - begun) / 1_000_000 + " ms: " + why);
        try {
            connection.channel.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for so many more answers. */
    void awaitMore(long more) {
        long goal = done.get() + more;
        Awaitility.await("the service goes on").atMost(Duration.ofSeconds(60)).pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2)).until(() -> done.get() >= goal);
    }

    /** Lets every request end. */
    @Override
    public void close() throws IOException {
        stopping = true;
        Threads.join(thread);
        selector.close();
    }

    /** For people; when it has been closed. */
    String figures() {
        long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0 ? "nothing, " + lost.size() + " lost"
                : String.format("%d connections, %d lost; %.0f of %d connections/s; p50 %.1f ms, p99 %.0f ms,"
                        + " slowest %.0f ms", sorted.length + lost.size(), lost.size(),
                        sorted.length * 1e9 / (ended - begun), rate, sorted[sorted.length / 2] / 1e6,
                        sorted[sorted.length * 99 / 100] / 1e6, sorted[sorted.length - 1] / 1e6);
    }

    /** Throws unless all were answered. */
    void assertNoneLost() {
        if (!lost.isEmpty() || times.isEmpty()) {
            throw new AssertionError(figures() + "\n" + String.join("\n", lost.subList(0, Math.min(20, lost.size()))));
        }
    }
}
