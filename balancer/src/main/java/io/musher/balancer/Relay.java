package io.musher.balancer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * One client connection and, once it has been routed, its connection to a target. Belongs to its lane's thread.
 *
 * <pre>
 *  INTAKE ─a header, or the first byte─▶ ROUTING ─connected─▶ OPEN ─withdrawn or dead, between two requests─▶ PARKED
 *                                          ▲  │ no target ready: in Waiting                                      │
 *                                          │  └── the client's bytes are kept meanwhile                          │ the client's next bytes
 *                                          └─────────────────────────────────────────────────────────────────────┘        any ─▶ CLOSED
 *  OPEN ─the target has ended, the client may still send─▶ ENDING
 * </pre>
 */
final class Relay {

    private static final long MIN_TARGET_LIFE = 1_000_000_000;

    /** So much is on its way to a client at once, however slow it is: the first flight of a connection. */
    private static final int AT_ONCE = 10 * 1400;

    enum State { INTAKE, ROUTING, OPEN, PARKED, ENDING, CLOSED }

    final LoopContext context;
    final Endpoint client;
    // the pump's, on every turn: no getters
    Endpoint target;
    Backend backend;
    Counters counters;
    final long arrived;
    long lastActivity;
    boolean clientSpoke;
    Object countedAs; // by maxConnectionsPerClient
    long bytesToClient;
    boolean answered;
    boolean broken;
    private boolean failureCounted; // the target, for its silence
    private KeepAliveTracker keepAlive; // null until the first byte
    private InetSocketAddress source;
    private byte[] passedOn; // the PROXY header for targets, if one came
    private ByteBuffer firstBytes;
    private RelayStage stage; // of a relay that is not open
    private ClientQueue.Ticket ticket;
    private State state = State.ROUTING;

    Relay(LoopContext context, SocketChannel channel) {
        this.context = context;
        this.client = new Endpoint(this, channel);
        this.arrived = context.loop.now();
        this.lastActivity = arrived;
    }

    State state() {
        return state;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    Endpoint other(Endpoint end) {
        return end == client ? target : client;
    }

    /** {@return who the client is: the source of its PROXY header, else the peer's address} */
    InetSocketAddress source() throws IOException {
        return source != null ? source : (InetSocketAddress) client.channel.getRemoteAddress();
    }

    // ---- before a target is found

    /** A PROXY header must come first. */
    void expectHeader(ProxyHeaderReader intake) throws IOException {
        state = State.INTAKE;
        stage = intake;
        client.wantRead(true);
    }

    /** The header came. */
    void headerReceived(InetSocketAddress from, byte[] headerForTarget, ByteBuffer rest) throws IOException {
        source = from;
        passedOn = headerForTarget;
        context.admit(this, rest);
    }

    /** The client gets a target when it has sent something, which may be here already. */
    void awaitFirstByte(long nanos) throws IOException {
        ByteBuffer bytes = IdleStage.read(this);
        if (bytes != null) {
            route(bytes);
        } else if (state != State.CLOSED) {
            state = State.INTAKE;
            stage = new FirstByte(this, nanos);
            client.wantRead(true);
        }
    }

    /** Looks for a target for what was read so far, or null; more bytes wait unread, in the kernel. */
    void route(ByteBuffer first) throws IOException {
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

    /** {@return how many bytes of the client wait here for a target} */
    int firstBytes() {
        return firstBytes == null ? 0 : firstBytes.remaining();
    }

    /** What was read so far may have to be kept for long: in a copy that is as large as need be, unless it is larger than {@code most}. */
    void copyFirst(int most) {
        if (firstBytes != null && firstBytes.isDirect() && firstBytes.remaining() <= most) {
            ByteBuffer read = firstBytes;
            firstBytes = null;
            addFirst(read);
            context.buffers.release(read);
        }
    }

    /** Keeps a copy of more bytes for the target, on the heap. */
    void addFirst(ByteBuffer more) {
        int held = firstBytes();
        if (firstBytes == null || firstBytes.capacity() - firstBytes.limit() < more.remaining()) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(512, held + Math.max(held, more.remaining())));
            firstBytes = firstBytes == null ? larger.flip() : larger.put(firstBytes).flip();
        }
        firstBytes.limit(firstBytes.limit() + more.remaining()).put(firstBytes.limit() - more.remaining(), more, more.position(), more.remaining());
    }

    /** What it waits for now, or null. */
    void stage(RelayStage newStage) {
        stage = newStage;
    }

    /** {@return its place among those that wait, null if it never had to} */
    ClientQueue.Ticket ticket() {
        return ticket;
    }

    void ticket(ClientQueue.Ticket newTicket) {
        ticket = newTicket;
    }

    /** A target took the connection; what the client has sent meanwhile follows at once. */
    void connected(Backend to, Endpoint end) throws IOException {
        state = State.OPEN;
        stage = null;
        context.queue.done(this);
        backend = to;
        counters = to.tally(context.number);
        counters.accepted.add(1);
        to.connected();
        target = end;
        failureCounted = false;
        lastActivity = context.loop.now();
        if (context.proxyOut != null) {
            ByteBuffer header = context.buffers.scratch();
            if (passedOn != null) {
                header.put(passedOn);
            } else {
                ProxyHeader.write(header, context.proxyOut, source(), (InetSocketAddress) client.channel.getLocalAddress());
            }
            if (!target.write(header.flip())) {
                throw new IOException("a fresh connection to " + to + " has no room for a PROXY header");
            }
        }
        ByteBuffer first = firstBytes;
        firstBytes = null;
        if (first != null) {
            boolean kept = first.isDirect();
            boolean goesOn = context.pump.forward(this, kept ? first : context.buffers.scratch().put(first).flip(), client, end);
            if (kept && !end.hasPending()) {
                context.buffers.release(first);
            }
            if (goesOn && client.isReadEnded()) {
                context.pump.passEnd(this, client, end);
            }
            if (!goesOn) {
                registerTarget();
                return;
            }
        } else {
            context.pump.readable(this, client);
        }
        boolean goesOn = state == State.OPEN && !target.hasPending() && !client.isReadEnded();
        if (goesOn && isLastRequestIn()) {
            context.readSoon(this);
            context.registerLater(this);
            return;
        }
        registerTarget();
        if (goesOn) {
            client.wantRead(true);
        }
    }

    private void registerTarget() throws IOException {
        if (state == State.OPEN && !broken && !target.isReadEnded() && !client.hasPending()) {
            target.wantRead(true);
        }
    }

    // ---- events

    void readable(Endpoint end) throws IOException {
        if (state == State.OPEN) {
            context.pump.readable(this, end);
        } else if (stage != null) {
            stage.readable(this);
        }
    }

    /** An event's handler threw: an IOException is the peer's reset, anything else is ours and worth a line. */
    void failed(Endpoint end, Throwable failure) {
        if (state == State.CLOSED) {
            return;
        }
        if (!(failure instanceof IOException)) {
            context.unexpected(failure);
        }
        reset();
    }

    /** Follows the conversation, to know when the connection is between two requests. */
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
            keepAlive.forget(context.head);
            keepAlive = keepAlive.outcome();
        }
    }

    /** {@return whether the client has sent all it ever will, by its own word, though it has not ended yet} */
    boolean isLastRequestIn() {
        return keepAlive == KeepAliveTracker.LAST;
    }

    /**
     * {@return whether what the client sends is to be discarded: line ends after its last request, which servers ignore} A target that closes
     * with them unread would reset the connection.
     */
    boolean isUnwanted(ByteBuffer bytes) {
        boolean lineEnds = keepAlive == KeepAliveTracker.LAST;
        for (int i = bytes.position(); i < bytes.limit() && lineEnds; i++) {
            lineEnds = bytes.get(i) == '\r' || bytes.get(i) == '\n';
        }
        return lineEnds;
    }

    /** The answer to its only request may be here already. */
    void readAnswer() {
        if (state != State.OPEN) {
            return;
        }
        Endpoint from = target;
        try {
            context.pump.readable(this, from);
            if (from == target) {
                registerTarget();
            }
        } catch (Throwable e) {
            failed(from, e);
        }
    }

    /** The client, from which nothing is expected, may have left. */
    void register() {
        if (state == State.OPEN && !target.hasPending() && !client.isReadEnded()) {
            try {
                client.wantRead(true);
            } catch (IOException e) {
                failed(client, e);
            }
        }
    }

    // ---- endings

    /** Ends both sides with a reset. */
    void reset() {
        client.resetOnClose();
        if (target != null) {
            target.resetOnClose();
        }
        close();
    }

    /** A deadline has passed: an idle client sees a tidy end, one that is owed bytes a reset. */
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
        end();
    }

    /** Ends it from our side, now. */
    void end() {
        if (isSilent() || state == State.PARKED || state == State.ENDING || keepAlive != null && keepAlive.isIdle() && !client.hasPending()) {
            close();
        } else {
            reset();
        }
    }

    /** The client's last answer was a small one: {@link #close}; else, or if that may be, {@link #linger}. */
    void closeOrLinger() throws IOException {
        if (bytesToClient <= AT_ONCE) {
            close(); // and it arrives even if the client has sent more than was read
        } else {
            linger();
        }
    }

    /** The target is gone, all it sent is in the kernel's hands: what the client still sends must not keep that from arriving. */
    void linger() throws IOException {
        if (client.isReadEnded()) {
            close();
            return;
        }
        detach();
        client.endWrite();
        state = State.ENDING;
        stage = new Lingering(this);
        client.wantRead(true);
    }

    /** Ends both sides tidily; what is kept for them is dropped. */
    void close() {
        if (state == State.CLOSED) {
            return;
        }
        if (stage != null) {
            stage.abandon(this);
            stage = null;
        }
        state = State.CLOSED;
        context.queue.done(this);
        context.buffers.release(firstBytes);
        firstBytes = null;
        if (keepAlive != null) {
            keepAlive.forget(context.head);
        }
        client.discard(context);
        detach();
        context.ended(this);
    }

    /** One side says no more. A target that has not said a word yet is to blame, unless its client had left before. */
    void endpointEnded(Endpoint end) {
        if (end == target && !answered && !client.isReadEnded()
                && (!isUntouched() || context.loop.now() - lastActivity < MIN_TARGET_LIFE)) {
            failureCounted = true;
            context.total.unanswered.add(1);
            counters.unanswered.add(1);
            context.registry.ejection().unanswered(backend);
        }
    }

    void detach() {
        if (target != null) {
            if (!answered && !failureCounted && !isUntouched()) {
                backend.recordUnanswered(context.loop.now() - lastActivity, context.loop.now(), counters);
            }
            target.discard(context);
            target = null;
            context.released(backend);
        }
    }

    // ---- moving away from a withdrawn target, or a dead one

    /** Leaves a withdrawn target if nobody can tell: between two requests, or before a single byte. */
    void leaveIfWithdrawn() throws IOException {
        if (backend.isWithdrawn() || context.isLeaving()) {
            context.migrator.leaveTarget(this);
        }
    }

    /** Targets were withdrawn, or the lane leaves. */
    void leaveIfIdle() throws IOException {
        if (state == State.OPEN) {
            leaveIfWithdrawn();
        } else if (stage != null) {
            stage.leaveIfWithdrawn(this);
        }
    }

    /** {@return whether not a byte has gone either way} */
    boolean isUntouched() {
        return keepAlive == null;
    }

    /** {@return whether one side has ended, and the other has not} */
    boolean isHalfClosed() {
        return client.isReadEnded() || target.isReadEnded();
    }

    /** {@return whether it has what it needs to begin, a target or a header to come, and not a byte has gone either way} */
    boolean isSilent() {
        return isUntouched() && (state == State.OPEN && !client.hasPending() && !target.hasPending() || state == State.INTAKE);
    }

    /** {@return whether neither side owes the other anything: between two requests, or before a single byte} */
    boolean isIdle() {
        return state == State.OPEN && !client.hasPending() && !target.hasPending() && !client.isReadEnded() && !broken
                && (keepAlive == null || keepAlive.isIdle());
    }

    /** Lives on without a target, until what its stage waits for. */
    void park(RelayStage newStage) throws IOException {
        state = State.PARKED;
        stage = newStage;
        answered = false;
        client.wantRead(true); // it was not read while the target was slow to take its request
    }
}
