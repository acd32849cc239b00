package io.musher.balancer;

import io.musher.balancer.internal.http.KeepAliveTracker;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/**
 * Relays one client connection to a target: the state machine of a proxied connection, from accept to close. Used on
 * the thread of its event loop only.
 *
 * <pre>
 *  AWAITING_INPUT ─PROXY header or first byte─▶ ROUTING ─connected─▶ OPEN ─target withdrawn or dead, idle─▶ PARKED
 *                                                 ▲  │ no target ready: ClientQueue                          │
 *                                                 │  └── keeps the client's bytes                            │ bytes
 *                                                 └──────────────────────────────────────────────────────────┘
 *  OPEN ─target closed, client may still send─▶ ENDING                                             any ─▶ CLOSED
 * </pre>
 */
final class Relay {

    private static final long MIN_TARGET_LIFE = 1_000_000_000;

    /** Bytes that the kernel sends without waiting for the client: the initial congestion window of a connection. */
    private static final int INITIAL_WINDOW = 10 * 1400;

    enum State {
        AWAITING_INPUT, ROUTING, OPEN, PARKED, ENDING, CLOSED
    }

    private final LoopContext context;
    final Endpoint client;
    @Nullable
    Relay previousInList; // links of the RelayList
    @Nullable
    Relay nextInList;
    // accessed by the pump on every read and write, hence not private
    @Nullable
    Endpoint target; // while one is connected
    @Nullable
    Backend backend; // of the target, or of the last one
    private @Nullable Counters counters; // of the backend
    final long acceptedAt;
    long lastActivity;
    boolean clientSpoke;
    @Nullable
    Object clientKey; // the key in the count of maxConnectionsPerClient
    long bytesToClient;
    boolean answered;
    boolean targetWriteFailed;
    private boolean failureCounted; // the missing answer is already counted against the target
    private @Nullable KeepAliveTracker keepAlive; // null until the first byte
    private @Nullable InetSocketAddress source;
    private @Nullable byte[] receivedProxyHeader; // the received PROXY header to forward to the target, or null
    @Nullable
    ByteBuffer firstBytes; // of the client, kept until a target is connected; or null
    private @Nullable RelayStage stage; // null while the relay is open
    private @Nullable ClientQueue.Ticket ticket;
    private State state = State.ROUTING;

    Relay(LoopContext context, SocketChannel channel) {
        this.context = context;
        this.client = new Endpoint(this, channel);
        this.acceptedAt = context.loop.now();
        this.lastActivity = acceptedAt;
    }

    State state() {
        return state;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    EventLoop loop() {
        return context.loop;
    }

    Endpoint other(Endpoint end) {
        return end == client ? target() : client;
    }

    /** {@return the target's end, while one is connected} */
    Endpoint target() {
        return Objects.requireNonNull(target); // not null: the relay is open
    }

    /** {@return the target, or the last one, once one was connected} */
    Backend backend() {
        return Objects.requireNonNull(backend); // not null: a target was connected
    }

    /** {@return the counters of {@link #backend}} */
    Counters counters() {
        return Objects.requireNonNull(counters); // not null: a target was connected
    }

    /** {@return the client's address: the source in its PROXY header, or the peer's address without a header} */
    InetSocketAddress source() throws IOException {
        return source != null ? source : (InetSocketAddress) client.channel.getRemoteAddress();
    }

    // ---- before a target is connected

    /** Waits for the PROXY header with which a trusted proxy must begin. */
    void expectHeader(ProxyHeaderReader intake) throws IOException {
        state = State.AWAITING_INPUT;
        stage = intake;
        client.wantRead(true);
    }

    /**
     * Takes the client's address from its PROXY header and continues with the bytes that followed the header, or null.
     */
    void headerReceived(@Nullable InetSocketAddress from, @Nullable byte[] headerForTarget,
            @Nullable ByteBuffer rest) throws IOException {
        source = from;
        receivedProxyHeader = headerForTarget;
        context.admit(this, rest);
    }

    /** Delays the connect to a target until the client has sent its first byte, which may have arrived already. */
    void awaitFirstByte(long nanos) throws IOException {
        ByteBuffer bytes = readKept();
        if (bytes != null) {
            route(bytes);
        } else if (state != State.CLOSED) {
            state = State.AWAITING_INPUT;
            stage = new NextBytesStage(context.loop, nanos,
                    () -> reject("no byte within " + nanos / 1_000_000 + " ms (connectOnFirstByte)"));
            client.wantRead(true);
        }
    }

    /**
     * Reads the client's next bytes without a target; closes a client that has closed its side, resets one whose bytes
     * cannot be kept.
     *
     * @return the bytes in a kept buffer, or null if there are none
     */
    @Nullable
    ByteBuffer readKept() throws IOException {
        ByteBuffer scratch = context.buffers.smallScratch();
        int n = client.channel.read(scratch);
        if (n < 0) {
            close();
        }
        if (n <= 0) {
            return null;
        }
        scratch.flip();
        return context.stalled.keepOrCut(this);
    }

    /**
     * Looks for a target; {@code first} holds the bytes read so far, or is null. Further bytes stay unread in the
     * kernel.
     */
    void route(@Nullable ByteBuffer first) throws IOException {
        firstBytes = first;
        lastActivity = context.loop.now();
        state = State.ROUTING;
        stage = null;
        client.wantRead(false);
        context.dialer.route(this);
    }

    boolean isIn(RelayStage someStage) {
        return stage == someStage;
    }

    /** Sets what this relay waits for, or null. */
    void stage(@Nullable RelayStage newStage) {
        stage = newStage;
    }

    /** {@return the ticket of this client in the {@link ClientQueue}, null if the client never had to wait} */
    @Nullable
    ClientQueue.Ticket ticket() {
        return ticket;
    }

    void ticket(@Nullable ClientQueue.Ticket newTicket) {
        ticket = newTicket;
    }

    /** Opens the relay to a connected target, and forwards at once what the client has sent meanwhile. */
    void connected(Backend to, Endpoint end) throws IOException {
        state = State.OPEN;
        stage = null;
        context.dialer.queue().giveBackPlace(this);
        backend = to;
        Counters ofTarget = to.counters(context.number);
        counters = ofTarget;
        ofTarget.accepted.add(1);
        to.resetConnectFailures();
        target = end;
        failureCounted = false;
        lastActivity = context.loop.now();
        context.starter.start(this, receivedProxyHeader);
    }

    // ---- events

    void writable(Endpoint end) throws IOException {
        context.pump.writable(this, end);
    }

    void readable(Endpoint end) throws IOException {
        if (state == State.OPEN) {
            context.pump.readable(this, end);
        } else if (stage != null) {
            stage.readable(this);
        }
    }

    /**
     * Handles an exception thrown by an event handler: an IOException means a reset by the peer, others are bugs and
     * logged.
     */
    void failed(Throwable failure) {
        if (state == State.CLOSED) {
            return;
        }
        if (!(failure instanceof IOException)) {
            context.unexpected(failure);
        }
        reset();
    }

    /**
     * Tracks the HTTP messages in both directions, so that the relay knows when the connection is between two requests.
     */
    void observe(ByteBuffer bytes, Endpoint from) {
        if (keepAlive == null) {
            keepAlive = from == client && context.movesKeepAlive ? new KeepAliveTracker() : KeepAliveTracker.OPAQUE;
        }
        if (keepAlive == KeepAliveTracker.OPAQUE) {
            return;
        }
        if (keepAlive == KeepAliveTracker.LAST) {
            keepAlive = from == client ? KeepAliveTracker.OPAQUE : keepAlive;
        } else if (!(from == client
                ? keepAlive.fromClient(context.head, bytes, bytes.position(), bytes.limit())
                : keepAlive.fromTarget(context.head, bytes, bytes.position(), bytes.limit()))) {
            keepAlive.releaseHeads(context.head);
            keepAlive = keepAlive.replacement();
        }
    }

    /** {@return whether the client announced that its last request is complete ({@code Connection: close})} */
    boolean isLastRequestReceived() {
        return keepAlive == KeepAliveTracker.LAST;
    }

    /**
     * Checks for line ends after the client's last request, which servers ignore and which are to be discarded: a
     * target that closes its connection with unread line ends would reset it.
     *
     * @return whether to discard these client bytes
     */
    boolean areStrayLineEnds(ByteBuffer bytes) {
        boolean lineEnds = keepAlive == KeepAliveTracker.LAST;
        for (int i = bytes.position(); i < bytes.limit() && lineEnds; i++) {
            lineEnds = bytes.get(i) == '\r' || bytes.get(i) == '\n';
        }
        return lineEnds;
    }

    // ---- closing

    /** Closes the client without service, and reports it to the listener. */
    void reject(String why) {
        InetSocketAddress from = null;
        try {
            from = source();
        } catch (IOException e) {
            // the client has left already
        }
        context.total.rejected.add(1);
        close();
        context.rejected(from, why);
    }

    /** Resets both connections. */
    void reset() {
        client.resetOnClose();
        if (target != null) {
            target.resetOnClose();
        }
        close();
    }

    /**
     * Ends and counts this relay after a timeout: closes an idle connection in order, resets one with data outstanding.
     */
    void cut() {
        if (state == State.CLOSED) {
            return;
        }
        if (state == State.ENDING) {
            close();
            return;
        }
        context.total.cut.add(1);
        if (counters != null) {
            counters.cut.add(1);
        }
        closeOrReset();
    }

    /** Ends this relay now: closes an idle connection in order, resets one with data outstanding. */
    void closeOrReset() {
        if (state == State.CLOSED) {
            return;
        }
        if (isSilent() || state == State.PARKED || state == State.ENDING
                || keepAlive != null && keepAlive.isIdle() && !client.hasPending()) {
            close();
        } else {
            reset();
        }
    }

    /** Closes after a small answer, which arrives even if the client has sent more than was read; else lingers. */
    void closeOrLinger() throws IOException {
        if (bytesToClient <= INITIAL_WINDOW) {
            close();
        } else {
            linger();
        }
    }

    /**
     * Half-closes the client connection after the target has closed and everything it sent was written. Input of the
     * client is discarded, because closing a socket with unread input would reset it and lose data in flight.
     */
    void linger() throws IOException {
        if (client.isReadEnded()) {
            close();
            return;
        }
        closeTarget();
        client.endWrite();
        state = State.ENDING;
        stage = new LingeringCloseStage(this, context.buffers);
        client.wantRead(true);
    }

    /** Closes both connections and releases the bytes buffered for them; idempotent. */
    void close() {
        if (state == State.CLOSED) {
            return;
        }
        if (stage != null) {
            stage.abandon(this);
            stage = null;
        }
        state = State.CLOSED;
        context.dialer.queue().giveBackPlace(this);
        context.buffers.release(firstBytes);
        firstBytes = null;
        if (keepAlive != null) {
            keepAlive.releaseHeads(context.head);
        }
        client.discard(context.stalled);
        closeTarget();
        context.relays.closed(this);
    }

    /**
     * Counts a failure of the target if it closed its connection before sending anything, unless the client closed
     * first.
     */
    void countIfUnanswered(Endpoint end) {
        if (end == target && !client.isReadEnded()
                && (owesAnswer()
                        || !answered && isUnused() && context.loop.now() - lastActivity < MIN_TARGET_LIFE)) {
            failureCounted = true;
            context.total.unanswered.add(1);
            counters().unanswered.add(1);
            backend().reportUnanswered();
        }
    }

    /**
     * {@return whether the target has sent nothing yet, though the client has; half an HTTP request is not answered}
     */
    private boolean owesAnswer() {
        return !answered && keepAlive != null && !keepAlive.isRequestIncomplete();
    }

    void closeTarget() {
        if (target != null) {
            if (owesAnswer() && !failureCounted) {
                backend().recordUnanswered(context.loop.now() - lastActivity, context.loop.now(), counters());
            }
            target.discard(context.stalled);
            target = null;
            context.dialer.connectionEnded(backend());
        }
    }

    // ---- leaving a withdrawn or dead target

    /** Checks, after targets were withdrawn or a shutdown began, whether this relay can leave its target. */
    void leaveIfIdle() throws IOException {
        if (state == State.OPEN) {
            context.migrator.leaveIfWithdrawn(this);
        } else if (stage != null) {
            stage.leaveIfWithdrawn(this);
        }
    }

    /** {@return whether no byte has been forwarded in either direction} */
    boolean isUnused() {
        return keepAlive == null;
    }

    /** {@return whether the client or the target has closed its sending side} */
    boolean isHalfClosed() {
        return client.isReadEnded() || target().isReadEnded();
    }

    /**
     * {@return whether no byte has been forwarded and nothing is buffered, with a target connected or before routing}
     */
    boolean isSilent() {
        return isUnused()
                && (state == State.OPEN && !client.hasPending() && !target().hasPending()
                        || state == State.AWAITING_INPUT);
    }

    /** {@return whether the connection is between two requests, or before its first byte, with nothing buffered} */
    boolean isIdle() {
        return state == State.OPEN && !client.hasPending() && !target().hasPending() && !client.isReadEnded()
                && !targetWriteFailed
                && (keepAlive == null || keepAlive.isIdle());
    }

    /** Keeps the client connection open without a target until the stage is over. */
    void park(RelayStage newStage) throws IOException {
        state = State.PARKED;
        stage = newStage;
        answered = false;
        client.wantRead(true); // reading may have stopped while the target was slow
    }
}
