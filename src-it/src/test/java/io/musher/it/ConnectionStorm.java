package io.musher.it;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
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

    /** More at once would be for the queue of a server, 50 with the JDK's, and mostly not get in for seconds. */
    private static final int MOST_OPEN = 500;
    private static final long LONGEST_LAG = 20_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final long PATIENCE = 30 * SECOND;

    private final InetSocketAddress server;
    private final int rate;
    private final ByteBuffer request;
    private final Selector selector;
    private final Deque<Connection> open = new ArrayDeque<>();
    private final List<String> lost = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    /** How many were answered in each second. */
    private final List<Integer> seconds = new ArrayList<>();
    private final AtomicLong done = new AtomicLong();
    private final Thread thread;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(16 * 1024);
    private long begun;
    private long ended;
    private int offered;
    private long processorTime;
    private volatile boolean stopping;

    private final class Connection {
        private final long start;
        private final SocketChannel channel;
        private int received;
        private boolean over;

        Connection(long start) throws IOException {
            this.start = start;
            channel = SocketChannel.open();
            channel.configureBlocking(false);
        }
    }

    ConnectionStorm(int port, int rate) throws IOException {
        this.server = new InetSocketAddress("127.0.0.1", port);
        this.rate = rate;
        byte[] head = LoadRequest.SMALL.head(true);
        this.request = ByteBuffer.allocateDirect(head.length).put(head);
        this.selector = Selector.open();
        this.thread = Threads.start("storm", this::run);
    }

    private void run() {
        begun = System.nanoTime();
        long pause = SECOND / rate;
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
        processorTime = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private void connect(long start) throws IOException {
        Connection connection = new Connection(start);
        open.add(connection);
        offered++;
        try {
            // to this machine it succeeds at once, unless the queue of the listener is full
            boolean connected = connection.channel.connect(server) || connection.channel.finishConnect();
            connection.channel.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT,
                    connection);
            if (connected) {
                connection.channel.write(request.flip());
            }
        } catch (IOException e) {
            lose(connection, e.toString());
        }
    }

    private void ready(Connection connection, SelectionKey key) {
        try {
            if (key.interestOps() == SelectionKey.OP_CONNECT) {
                if (connection.channel.finishConnect()) {
                    key.interestOps(SelectionKey.OP_READ);
                    connection.channel.write(request.flip());
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
                answered(System.nanoTime(), connection.start);
            }
        } catch (IOException e) {
            lose(connection, (connection.received == 0 ? "" : "after " + connection.received + " bytes: ") + e);
        }
    }

    private void answered(long now, long start) {
        times.add(now - start);
        int second = (int) ((now - begun) / SECOND);
        while (seconds.size() <= second) {
            seconds.add(0);
        }
        seconds.set(second, seconds.get(second) + 1);
        done.incrementAndGet();
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
        if (sorted.length == 0) {
            return "nothing, " + lost.size() + " lost";
        }
        double length = (ended - begun) / (double) SECOND;
        int[] whole = seconds.stream().limit(Math.max(1, (long) length)).mapToInt(Integer::intValue).sorted().toArray();
        return String.format(
                "%d connections, %d lost; %.0f/s offered of %d wanted, %.0f/s answered, in the median second %d, in the"
                        + " best %d; p50 %.1f ms, p99 %.0f ms, slowest %.0f ms; the generator took %.2f processors",
                offered, lost.size(), offered / length, rate, sorted.length / length, whole[whole.length / 2],
                whole[whole.length - 1], sorted[sorted.length / 2] / 1e6, sorted[sorted.length * 99 / 100] / 1e6,
                sorted[sorted.length - 1] / 1e6, processorTime / length / SECOND);
    }

    /** Throws unless all were answered. */
    void assertNoneLost() {
        if (!lost.isEmpty() || times.isEmpty()) {
            throw new AssertionError(figures() + "\n" + String.join("\n", lost.subList(0, Math.min(20, lost.size()))));
        }
    }
}
