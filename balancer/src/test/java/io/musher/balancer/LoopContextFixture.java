package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.loop.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One loop of a balancer without an acceptor: a test adds clients, numbered from 0, and advances the clock. */
final class LoopContextFixture implements AutoCloseable {

    static final long MILLI = 1_000_000;

    final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 500 * MILLI); // overflows on the way
    final List<Integer> rejected = new CopyOnWriteArrayList<>();
    final List<String> reasons = new CopyOnWriteArrayList<>();
    final Limits limits;
    final LoopContext context;
    private final EventLoop loop;
    private final TargetRegistry registry;
    private final List<SocketChannel> clients = new ArrayList<>();
    private final List<Integer> ports = new CopyOnWriteArrayList<>();
    private final ServerSocketChannel entrance = listen();
    private final ServerSocketChannel target = listen();
    /** Closed by the acceptor, which never starts. */
    private final ServerSocketChannel unused = ServerSocketChannel.open();

    LoopContextFixture(BalancerBuilder builder) throws Exception {
        BalancerListener listener = new BalancerListener() {
            @Override
            public void rejected(InetSocketAddress client, String why) {
                rejected.add(ports.indexOf(client.getPort()));
                reasons.add(why);
            }
        };
        BalancerConfig config = builder.port(0).build();
        limits = new Limits(config.maxConnections(), config.maxConnectionsPerClient(), config.maxWaiting(), 10_000);
        loop = new EventLoop("loop-under-test", clock::get);
        ReadyTargets ready = new ReadyTargets();
        context = new LoopContext(0, config, listener, unused, loop, limits, ready);
        LoopGroup loops = new LoopGroup(List.of(context), clock::get);
        registry = new TargetRegistry(config, listener, loops, ready, (InetSocketAddress) entrance.getLocalAddress());
        loop.start();
    }

    /** A client that sends its number. {@return the number} */
    int arrive() throws Exception {
        return arrive(new byte[]{(byte) clients.size()});
    }

    /** A client that sends this. {@return its number} */
    int arrive(byte[] first) throws Exception {
        SocketChannel client = SocketChannel.open(entrance.getLocalAddress());
        SocketChannel accepted = entrance.accept();
        int number = clients.size();
        clients.add(client);
        ports.add(((InetSocketAddress) client.getLocalAddress()).getPort());
        client.write(ByteBuffer.wrap(first));
        onLoop(() -> context.accepted(accepted));
        return number;
    }

    /** {@return the port a client connected from} */
    int port(int number) {
        return ports.get(number);
    }

    /** {@return the numbers of those that wait, in order} */
    List<Integer> waiting() throws Exception {
        List<Integer> numbers = new ArrayList<>();
        onLoop(() -> {
            for (Relay relay : context.dialer.queue().relays()) {
                try {
                    numbers.add(ports.indexOf(relay.source().getPort()));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
            assertEquals(numbers.isEmpty(), context.dialer.queue().isEmpty());
            assertTrue(numbers.size() <= limits.waiting(), "one that is away on a connect has a place too");
        });
        return numbers;
    }

    /** One that waits is closed, for whatever reason. */
    void closeWaiting(int place) throws Exception {
        onLoop(() -> context.dialer.queue().relays().get(place).close());
    }

    void targets(Target... targets) throws Exception {
        onLoop(() -> registry.replaceTargets(List.of(targets), () -> {}));
        settle();
    }

    /** A target that takes connections when the test asks it to. */
    Target target() throws IOException {
        return new Target("target", (InetSocketAddress) target.getLocalAddress());
    }

    /** {@return the number of the next client that reaches the target} */
    int served() throws IOException {
        try (SocketChannel connection = target.accept()) {
            ByteBuffer number = ByteBuffer.allocate(1);
            assertEquals(1, connection.read(number));
            return number.get(0);
        }
    }

    void send(int client, byte[] bytes) throws IOException {
        clients.get(client).write(ByteBuffer.wrap(bytes));
    }

    /** The target closes its next connection without having read or sent anything. */
    void closeNextAtTarget() throws IOException {
        target.accept().close();
    }

    /** {@return how many connections a target has, listed or withdrawn} */
    long connections(Target one) {
        return registry.stats().stream().filter(stats -> stats.target().id().equals(one.id()))
                .mapToLong(BalancerStats.TargetStats::active).sum();
    }

    long connectFailures() {
        return context.total.connectFailures.get();
    }

    void pass(long millis) throws Exception {
        clock.addAndGet(millis * MILLI);
        settle();
    }

    /** Two turns: the first may have looked at its timers before the clock moved. */
    void settle() throws Exception {
        onLoop(() -> {});
        onLoop(() -> {});
    }

    void onLoop(Runnable task) throws Exception {
        CompletableFuture.runAsync(task, loop).get(30, TimeUnit.SECONDS);
    }

    private static ServerSocketChannel listen() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
    }

    @Override
    public void close() throws IOException {
        loop.execute(context.commands::closeAll);
        loop.close();
        assertTrue(loop.join(10_000), "the loop's thread has ended");
        assertEquals(0, limits.waiting(), "places are given back");
        assertEquals(0, limits.clients(), "clients are counted off");
        entrance.close();
        target.close();
        unused.close();
        for (SocketChannel client : clients) {
            client.close();
        }
    }
}
