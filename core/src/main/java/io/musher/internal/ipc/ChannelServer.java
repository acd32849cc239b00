package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.process.Loopback;
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
 * Where workers join: listens on the loopback interface and makes a {@link Channel} of whoever brings an expected token.
 *
 * <p>Belongs to the loop's thread, except {@link #open} and {@link #address}. Everybody on this machine can connect, so nothing here
 * grows with what strangers do: few of them are known at once ({@code PendingConnections}), each turn takes a bounded
 * number, and one log line in ten seconds tells of them.
 */
public final class ChannelServer implements EventLoop.Handler {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");
    private static final int BACKLOG = 1024;
    private static final int ACCEPTS_PER_TURN = 64;
    private static final long PAUSE_NANOS = 50_000_000L;
    private static final long COMPLAINT_NANOS = 10_000_000_000L;

    private final String name;
    private final EventLoop loop;
    private final int maxFrame;
    private final ServerSocketChannel listening;
    private final String address;
    private final SharedBuffers scratch = new SharedBuffers();
    private final MessageRelay messageRelay = new MessageRelay(this);
    private final Intake intake;
    private final List<Channel> expected = new ArrayList<>();
    private final Set<Channel> open = new LinkedHashSet<>();
    private final Map<Integer, Channel> known = new LinkedHashMap<>(); // both, by the worker's id
    private final MessageCounts counts = new MessageCounts();
    private final RejectionLog rejections;
    private final PendingConnections pending;
    private SelectionKey key;
    private boolean pausing;
    private volatile long failures; // of accepting
    private boolean complaining; // nothing was accepted since
    private boolean everComplained;
    private long complainedAt;
    private boolean closed;

    private ChannelServer(String name, EventLoop loop, int maxFrame, long heap, ServerSocketChannel listening) throws IOException {
        this.name = name;
        this.loop = loop;
        this.maxFrame = maxFrame;
        this.intake = new Intake(heap, this::divide);
        this.listening = listening;
        this.rejections = new RejectionLog(name);
        this.pending = new PendingConnections(this, loop, rejections);
        this.address = Loopback.host() + ":" + ((InetSocketAddress) listening.getLocalAddress()).getPort();
    }

    SharedBuffers scratch() {
        return scratch;
    }

    /** {@return what became of messages} */
    public MessageCounts counts() {
        return counts;
    }

    /**
     * Listens on a free port of the loopback interface.
     *
     * @param name what log lines begin with
     * @param loop whose thread this belongs to
     * @param maxFrame the largest payload of a frame that is no control frame
     * @return it, listening
     * @throws IOException when no socket can be had
     */
    public static ChannelServer open(String name, EventLoop loop, int maxFrame) throws IOException {
        return open(name, loop, maxFrame, Runtime.getRuntime().maxMemory());
    }

    /** {@code heap} is the most memory this JVM has. */
    static ChannelServer open(String name, EventLoop loop, int maxFrame, long heap) throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(Loopback.ADDRESS instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        try {
            listening.configureBlocking(false);
            listening.bind(Loopback.at(0), BACKLOG);
            ChannelServer server = new ChannelServer(name, loop, maxFrame, heap, listening);
            loop.execute(server::start);
            return server;
        } catch (IOException | RuntimeException e) {
            listening.close();
            throw e;
        }
    }

    /** {@return where it listens} */
    public InetSocketAddress socketAddress() {
        return Loopback.at(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    }

    /** {@return {@code host:port}, as workers find it in their environment} */
    public String address() {
        return address;
    }

    /**
     * Expects a worker.
     *
     * @param worker what log lines about it begin with
     * @param id its number
     * @param listener is told what it says
     * @param inbox where its messages go
     * @return its channel, with the token that opens it
     */
    public Channel expect(String worker, int id, ChannelListener listener, Inbox inbox) {
        assert loop.inLoop();
        Channel channel = new Channel(this, loop, worker, id, listener, inbox);
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

    /** Closes everything, now; workers that are still there take it for the primary's death. Idempotent. */
    public void close() {
        assert loop.inLoop();
        closed = true;
        loop.discard(listening, key);
        pending.closeAll();
        List.copyOf(expected).forEach(Channel::close);
        List.copyOf(open).forEach(Channel::close);
    }

    /** The loop has ended by a failure: ends what waits for answers or for room, tells nobody else. */
    public void abandon() {
        closed = true;
        List.copyOf(known.values()).forEach(Channel::abandon);
    }

    /** {@return how often a connection could not be accepted} */
    long failures() {
        return failures;
    }

    /** {@return connections dropped before a good hello} */
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

    /** Usually no descriptor is left; whatever it is, trying again at once would spin. The workers wait in the kernel's backlog. */
    @Override
    public void failed(Throwable failure) {
        if (closed) {
            return;
        }
        failures++;
        long now = loop.now();
        if (!everComplained || now - complainedAt >= COMPLAINT_NANOS) {
            everComplained = true;
            complaining = true;
            complainedAt = now;
            LOG.warn("{}: cannot let workers join for now: {} ({} failure(s) so far); tries again every {} ms", name, failure.toString(), failures,
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
        if (complaining) {
            complaining = false;
            LOG.info("{}: workers can join again", name);
        }
    }

    /** Takes everybody who has connected so far. {@return whether a hello may still be on its way} */
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

    void handleHello(PendingConnection stranger, Hello hello) {
        Channel found = null;
        for (Channel channel : expected) { // to the last one: the time tells nothing
            found = channel.matches(hello.token()) ? channel : found;
        }
        if (hello.version() != Hello.VERSION) {
            stranger.refuse("it speaks version " + hello.version() + ", this is version " + Hello.VERSION);
        } else if (found == null) {
            stranger.refuse("unknown or used token");
        } else {
            pending.remove(stranger);
            expected.remove(found);
            open.add(found);
            found.open(stranger.handOver(), hello);
        }
    }

    void drop(PendingConnection stranger, String why) {
        pending.drop(stranger, why);
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

    Intake.Share share(String worker) {
        return intake.new Share(worker, window());
    }

    /** Tells a worker of all others. */
    void announce(Channel channel) {
        others(channel).forEach(other -> channel.sendWorkerId(other, FrameType.JOINED));
    }

    /** {@return the channels of all other workers, also of those that have not said hello yet} */
    List<Channel> others(Channel channel) {
        List<Channel> others = new ArrayList<>(known.values());
        others.remove(channel);
        return others;
    }

    /** {@return the channel of a worker, null if there is none} */
    Channel find(int id) {
        return known.get(id);
    }

    void relay(Channel from, MessageFrame letter) throws ProtocolException {
        messageRelay.relay(from, letter);
    }

    int strangers() {
        return pending.size();
    }

    int maxFrame() {
        return maxFrame;
    }
}
