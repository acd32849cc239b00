package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.process.os.Loopback;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts the connections of workers on a loopback port and assigns each to the {@link Channel} whose token it
 * presents.
 *
 * <p>Loop thread only, except {@link #open}, {@link #address}, {@link #socketAddress}, {@link #counts} and
 * {@link #dropped}. Any process on this machine can connect, so everything that an unauthenticated client can use up is
 * bounded: the number of connections without a hello ({@link PendingConnections}), the number accepted per turn of the
 * loop, and the log lines about rejections (one in ten seconds).
 */
public final class ChannelServer implements EventLoop.Handler {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");
    private static final int BACKLOG = 1024;
    private static final int ACCEPTS_PER_TURN = 64;
    private static final long PAUSE_NANOS = 50_000_000L;
    private static final long COMPLAINT_NANOS = 10_000_000_000L;

    private final String name;
    private final EventLoop loop;
    private final int maxMessageSize;
    private final ServerSocketChannel listening;
    private final String address;
    private final SharedBuffers scratch = new SharedBuffers();
    private final MessageRelay messageRelay = new MessageRelay(this);
    private final ReceiveBudget intake;
    private final List<Channel> expected = new ArrayList<>();
    private final Set<Channel> open = new LinkedHashSet<>();
    private final Map<Integer, Channel> known = new LinkedHashMap<>(); // expected and open, by worker id
    private final MessageCounts counts = new MessageCounts();
    private final RejectionLog rejections;
    private final PendingConnections pending;
    private SelectionKey key;
    private boolean pausing;
    private volatile long failures; // of accept()
    private boolean failing; // no accept() has succeeded since the warning
    private boolean everComplained;
    private long complainedAt;
    private boolean closed;

    private ChannelServer(String name, EventLoop loop, int maxMessageSize, long heap, ServerSocketChannel listening)
            throws IOException {
        this.name = name;
        this.loop = loop;
        this.maxMessageSize = maxMessageSize;
        this.intake = new ReceiveBudget(heap, this::divide);
        this.listening = listening;
        this.rejections = new RejectionLog(name);
        this.pending = new PendingConnections(this, loop, rejections);
        this.address = Loopback.host() + ":" + ((InetSocketAddress) listening.getLocalAddress()).getPort();
    }

    SharedBuffers scratch() {
        return scratch;
    }

    /** {@return message counters, over all channels of this server} */
    public MessageCounts counts() {
        return counts;
    }

    /**
     * Listens on a free port of the loopback interface.
     *
     * @param name the prefix of log lines
     * @param loop accepts and serves the connections
     * @param maxMessageSize the largest body of a message, in bytes
     * @throws IOException if no socket can be opened
     */
    public static ChannelServer open(String name, EventLoop loop, int maxMessageSize) throws IOException {
        return open(name, loop, maxMessageSize, Runtime.getRuntime().maxMemory());
    }

    /** {@code heap} is the maximum heap size of this JVM, in bytes. */
    static ChannelServer open(String name, EventLoop loop, int maxMessageSize, long heap) throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(
                Loopback.ADDRESS instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        try {
            listening.configureBlocking(false);
            listening.bind(Loopback.at(0), BACKLOG);
            ChannelServer server = new ChannelServer(name, loop, maxMessageSize, heap, listening);
            loop.execute(server::start);
            return server;
        } catch (IOException | RuntimeException e) {
            listening.close();
            throw e;
        }
    }

    /** {@return the address that this server listens on} */
    public InetSocketAddress socketAddress() {
        return Loopback.at(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    }

    /** {@return the address as {@code host:port}, for the environment of workers} */
    public String address() {
        return address;
    }

    /**
     * Creates the channel of a worker that is about to be started, and a token that the worker opens it with.
     *
     * @param worker the prefix of log lines about the worker
     * @param id of the worker
     * @param listener receives the events of the channel
     * @param handler handles the messages of the worker
     */
    public Channel expect(String worker, int id, ChannelListener listener, MessageHandler handler) {
        assert loop.inLoop();
        Channel channel = new Channel(this, loop, worker, id, listener, handler);
        if (closed) {
            channel.close();
        } else {
            expected.add(channel);
            known.put(id, channel);
            open.forEach(other -> other.sendWorkerId(channel, FrameType.JOINED));
            divide();
        }
        return channel;
    }

    /**
     * Closes the port and all connections at once; connected workers take it for the death of the primary. Idempotent.
     */
    public void close() {
        assert loop.inLoop();
        closed = true;
        loop.discard(listening, key);
        pending.closeAll();
        List.copyOf(expected).forEach(Channel::close);
        List.copyOf(open).forEach(Channel::close);
    }

    /**
     * Fails pending requests and releases blocked senders after the loop itself has failed; notifies no channel
     * listener.
     */
    public void abandon() {
        closed = true;
        List.copyOf(known.values()).forEach(Channel::abandon);
    }

    /** {@return how often accepting a connection failed} */
    long failures() {
        return failures;
    }

    /** {@return the number of connections rejected before a valid hello} */
    public long dropped() {
        return rejections.count();
    }

    private void start() {
        try {
            key = loop.register(listening, SelectionKey.OP_ACCEPT, this);
        } catch (IOException e) {
            LOG.debug("{}: closed before it listened", name, e);
        }
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        accept(ACCEPTS_PER_TURN);
    }

    /**
     * Suspends accepting for 50 ms: usually the process is out of file descriptors, and an immediate retry would spin.
     * Workers wait in the backlog of the kernel meanwhile.
     */
    @Override
    public void failed(Throwable failure) {
        if (closed) {
            return;
        }
        failures++;
        long now = loop.now();
        if (!everComplained || now - complainedAt >= COMPLAINT_NANOS) {
            everComplained = true;
            failing = true;
            complainedAt = now;
            LOG.warn("{}: cannot let workers join for now: {} ({} failure(s) so far); tries again every {} ms", name,
                    failure.toString(), failures,
                    PAUSE_NANOS / 1_000_000);
        }
        if (!pausing) {
            pausing = true;
            key.interestOps(0);
            loop.schedule(PAUSE_NANOS, this::resumeAccepting);
        }
    }

    private void resumeAccepting() {
        pausing = false;
        if (key.isValid()) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    private void accepted() {
        if (failing) {
            failing = false;
            LOG.info("{}: workers can join again", name);
        }
    }

    /** Accepts all connections in the backlog. {@return whether a hello may still be in transit} */
    boolean sweep() {
        try {
            accept(2 * BACKLOG);
        } catch (IOException e) {
            failed(e);
        }
        return strangers() > 0;
    }

    private void accept(int atMost) throws IOException {
        for (int i = 0; i < atMost && !closed; i++) {
            SocketChannel channel = listening.accept();
            if (channel == null) {
                return;
            }
            accepted();
            pending.add(channel, scratch);
        }
    }

    void handleHello(PendingConnection connection, Hello hello) {
        Channel found = null;
        for (Channel channel : expected) { // no early exit: the duration must not depend on the token
            found = channel.matches(hello.token()) ? channel : found;
        }
        if (hello.version() != Hello.VERSION) {
            connection.refuse("it speaks version " + hello.version() + ", this is version " + Hello.VERSION);
        } else if (found == null) {
            connection.refuse("unknown or used token");
        } else {
            pending.remove(connection);
            expected.remove(found);
            open.add(found);
            found.open(connection.handOver(), hello);
        }
    }

    void drop(PendingConnection connection, String why) {
        pending.drop(connection, why);
    }

    void remove(Channel channel) {
        if (expected.remove(channel) | open.remove(channel)) {
            known.remove(channel.id());
            messageRelay.forget(channel);
            open.forEach(other -> other.sendWorkerId(channel, FrameType.LEFT));
            divide();
        }
    }

    private void divide() {
        long window = window();
        known.values().forEach(channel -> channel.window(window));
    }

    long window() {
        return intake.window(known.size());
    }

    ReceiveBudget.Share share(String worker) {
        return intake.new Share(worker, window());
    }

    /** Tells a worker of all other workers. */
    void announce(Channel channel) {
        others(channel).forEach(other -> channel.sendWorkerId(other, FrameType.JOINED));
    }

    /** {@return the channels of all other workers, those included that have not connected yet} */
    List<Channel> others(Channel channel) {
        List<Channel> others = new ArrayList<>(known.values());
        others.remove(channel);
        return others;
    }

    /** {@return the channel of this worker, or null} */
    Channel find(int id) {
        return known.get(id);
    }

    void relay(Channel from, MessageFrame message) throws ProtocolException {
        messageRelay.relay(from, message);
    }

    int strangers() {
        return pending.size();
    }

    int maxMessageSize() {
        return maxMessageSize;
    }
}
