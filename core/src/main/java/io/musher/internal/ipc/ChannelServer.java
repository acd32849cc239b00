package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.os.Loopback;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The primary's server of channels: assigns each connection of a worker to the {@link Channel} whose token it presents,
 * and holds all channels.
 *
 * <p>Loop thread only, except {@link #open}, {@link #address}, {@link #socketAddress}, {@link #counts} and
 * {@link #dropped}. Any process on this machine can connect, so everything that an unauthenticated client can use up is
 * bounded: the number of connections without a hello ({@link PendingConnections}), the number accepted per turn of the
 * loop ({@link ChannelAcceptor}), and the log lines about rejections ({@link RejectionLog}).
 */
public final class ChannelServer {

    private final EventLoop loop;
    private final int maxMessageSize;
    private final SharedBuffers buffers = new SharedBuffers();
    private final MessageRelay messageRelay = new MessageRelay(this);
    private final ReceiveBudget receiveBudget;
    private final List<Channel> expected = new ArrayList<>();
    private final Set<Channel> open = new LinkedHashSet<>();
    private final Map<Integer, Channel> channelsById = new LinkedHashMap<>(); // expected and open, by worker id
    private final MessageCounts counts = new MessageCounts();
    private final RejectionLog rejections;
    private final PendingConnections pending;
    private final ChannelAcceptor acceptor;
    private boolean closed;

    private ChannelServer(String name, EventLoop loop, int maxMessageSize, long heap) throws IOException {
        this.loop = loop;
        this.maxMessageSize = maxMessageSize;
        this.receiveBudget = new ReceiveBudget(heap, this::updateWindows);
        this.rejections = new RejectionLog(name);
        this.pending = new PendingConnections(this, loop, buffers, rejections);
        this.acceptor = ChannelAcceptor.open(name, loop, pending);
    }

    SharedBuffers buffers() {
        return buffers;
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
        return new ChannelServer(name, loop, maxMessageSize, heap);
    }

    /** {@return the address that this server listens on} */
    public InetSocketAddress socketAddress() {
        return acceptor.address();
    }

    /** {@return the address as {@code host:port}, for the environment of workers} */
    public String address() {
        return Loopback.host() + ":" + acceptor.address().getPort();
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
            channelsById.put(id, channel);
            open.forEach(other -> other.sendWorkerId(channel, FrameType.WORKER_ADDED));
            updateWindows();
        }
        return channel;
    }

    /**
     * Closes the port and all connections at once; connected workers take it for the death of the primary. Idempotent.
     */
    public void close() {
        assert loop.inLoop();
        closed = true;
        acceptor.close();
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
        List.copyOf(channelsById.values()).forEach(Channel::abandon);
    }

    /** {@return how often accepting a connection failed} */
    long failures() {
        return acceptor.failures();
    }

    /** {@return the number of connections rejected before a valid hello} */
    public long dropped() {
        return rejections.count();
    }

    /** Accepts all connections in the backlog. {@return whether a hello may still be in transit} */
    boolean acceptBacklog() {
        acceptor.acceptAll();
        return pending.size() > 0;
    }

    void handleHello(PendingConnection connection, Hello hello) {
        Channel found = null;
        for (Channel channel : expected) { // no early exit: the duration must not depend on the token
            found = channel.matches(hello.token()) ? channel : found;
        }
        if (hello.version() != Hello.VERSION) {
            connection.refuse("protocol version " + hello.version() + " is not supported; the primary uses version "
                    + Hello.VERSION);
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
            channelsById.remove(channel.id());
            messageRelay.forget(channel);
            open.forEach(other -> other.sendWorkerId(channel, FrameType.WORKER_REMOVED));
            updateWindows();
        }
    }

    private void updateWindows() {
        long window = window();
        channelsById.values().forEach(channel -> channel.window(window));
    }

    long window() {
        return receiveBudget.window(channelsById.size());
    }

    ReceiveBudget.Share share(String worker) {
        return receiveBudget.new Share(worker, window());
    }

    /** Tells a worker of all other workers. */
    void announce(Channel channel) {
        others(channel).forEach(other -> channel.sendWorkerId(other, FrameType.WORKER_ADDED));
    }

    /** {@return the channels of all other workers, those included that have not connected yet} */
    List<Channel> others(Channel channel) {
        List<Channel> others = new ArrayList<>(channelsById.values());
        others.remove(channel);
        return others;
    }

    /** {@return the channel of this worker, or null} */
    @Nullable
    Channel find(int id) {
        return channelsById.get(id);
    }

    void relay(Channel from, MessageFrame message) throws ProtocolException {
        messageRelay.relay(from, message);
    }

    /** {@return the number of connections without a valid hello so far} */
    int pendingConnections() {
        return pending.size();
    }

    int maxMessageSize() {
        return maxMessageSize;
    }
}
