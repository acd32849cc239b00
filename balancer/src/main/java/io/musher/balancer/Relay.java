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

    private static final long HASTY = 1_000_000_000;

    /** So much is on its way to a client at once, however slow it is: the first flight of a connection. */
    private static final int AT_ONCE = 10 * 1400;

    enum State { INTAKE, ROUTING, OPEN, PARKED, ENDING, CLOSED }

    final Lane lane;
    final End client;
    // the pump's, on every turn: no getters
    End target;
    Backend backend;
    Tally tally;
    final long arrived;
    long touched;
    boolean clientSpoke;
    Object countedAs; // by maxConnectionsPerClient
    long bytesToClient;
    boolean answered;
    boolean broken;
    private boolean blamed; // the target, for its silence
    private HttpWatch watch; // null until the first byte
    private InetSocketAddress source;
    private byte[] passedOn; // the PROXY header for targets, if one came
    private ByteBuffer early;
    private Stage stage; // of a relay that is not open
    private Waiting.Ticket ticket;
    private State state = State.ROUTING;

    Relay(Lane lane, SocketChannel channel) {
        this.lane = lane;
        this.client = new End(this, channel);
        this.arrived = lane.loop.now();
        this.touched = arrived;
    }

    State state() {
        return state;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    End other(End end) {
        return end == client ? target : client;
    }

    /** {@return who the client is: the source of its PROXY header, else the peer's address} */
    InetSocketAddress source() throws IOException {
        return source != null ? source : (InetSocketAddress) client.channel.getRemoteAddress();
    }

    // ---- before a target is found

    /** A PROXY header must come first. */
    void expectHeader(ProxyIntake intake) throws IOException {
        state = State.INTAKE;
        stage = intake;
        client.wantRead(true);
    }

    /** The header came. */
    void introduced(InetSocketAddress from, byte[] headerForTarget, ByteBuffer rest) throws IOException {
        source = from;
        passedOn = headerForTarget;
        lane.admit(this, rest);
    }

    /** The client gets a target when it has sent something, which may be here already. */
    void awaitFirstByte(long nanos) throws IOException {
        ByteBuffer bytes = Parked.read(this);
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
        early = first;
        touched = lane.loop.now();
        state = State.ROUTING;
        stage = null;
        client.wantRead(false);
        lane.dialer.route(this);
    }

    boolean isIn(Stage someStage) {
        return stage == someStage;
    }

    /** {@return how many bytes of the client wait here for a target} */
    int firstBytes() {
        return early == null ? 0 : early.remaining();
    }

    /** What was read so far may have to be kept for long: in a copy that is as large as need be, unless it is larger than {@code most}. */
    void copyFirst(int most) {
        if (early != null && early.isDirect() && early.remaining() <= most) {
            ByteBuffer read = early;
            early = null;
            addFirst(read);
            lane.buffers.giveBack(read);
        }
    }

    /** Keeps a copy of more bytes for the target, on the heap. */
    void addFirst(ByteBuffer more) {
        int held = firstBytes();
        if (early == null || early.capacity() - early.limit() < more.remaining()) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(512, held + Math.max(held, more.remaining())));
            early = early == null ? larger.flip() : larger.put(early).flip();
        }
        early.limit(early.limit() + more.remaining()).put(early.limit() - more.remaining(), more, more.position(), more.remaining());
    }

    /** What it waits for now, or null. */
    void stage(Stage newStage) {
        stage = newStage;
    }

    /** {@return its place among those that wait, null if it never had to} */
    Waiting.Ticket ticket() {
        return ticket;
    }

    void ticket(Waiting.Ticket newTicket) {
        ticket = newTicket;
    }

    /** A target took the connection; what the client has sent meanwhile follows at once. */
    void connected(Backend to, End end) throws IOException {
        state = State.OPEN;
        stage = null;
        lane.waiting.done(this);
        backend = to;
        tally = to.tally(lane.number);
        tally.accepted.add(1);
        to.connected();
        target = end;
        blamed = false;
        touched = lane.loop.now();
        if (lane.proxyOut != null) {
            ByteBuffer header = lane.buffers.scratch();
            if (passedOn != null) {
                header.put(passedOn);
            } else {
                ProxyHeader.write(header, lane.proxyOut, source(), (InetSocketAddress) client.channel.getLocalAddress());
            }
            if (!target.write(header.flip())) {
                throw new IOException("a fresh connection to " + to + " has no room for a PROXY header");
            }
        }
        ByteBuffer first = early;
        early = null;
        if (first != null) {
            boolean kept = first.isDirect();
            boolean goesOn = lane.pump.forward(this, kept ? first : lane.buffers.scratch().put(first).flip(), client, end);
            if (kept && !end.hasPending()) {
                lane.buffers.giveBack(first);
            }
            if (goesOn && client.isReadEnded()) {
                lane.pump.passEnd(this, client, end);
            }
            if (!goesOn) {
                listenToTarget();
                return;
            }
        } else {
            lane.pump.readable(this, client);
        }
        boolean goesOn = state == State.OPEN && !target.hasPending() && !client.isReadEnded();
        if (goesOn && isLastRequestIn()) {
            lane.readSoon(this);
            lane.listenLater(this);
            return;
        }
        listenToTarget();
        if (goesOn) {
            client.wantRead(true);
        }
    }

    private void listenToTarget() throws IOException {
        if (state == State.OPEN && !broken && !target.isReadEnded() && !client.hasPending()) {
            target.wantRead(true);
        }
    }

    // ---- events

    void readable(End end) throws IOException {
        if (state == State.OPEN) {
            lane.pump.readable(this, end);
        } else if (stage != null) {
            stage.readable(this);
        }
    }

    /** An event's handler threw: an IOException is the peer's reset, anything else is ours and worth a line. */
    void failed(End end, Throwable failure) {
        if (state == State.CLOSED) {
            return;
        }
        if (!(failure instanceof IOException)) {
            lane.unexpected(failure);
        }
        reset();
    }

    /** Follows the conversation, to know when the connection is between two requests. */
    void observe(ByteBuffer bytes, End from) {
        if (watch == null) {
            watch = from == client && lane.movesKeepAlive ? new HttpWatch() : HttpWatch.OPAQUE;
        }
        if (watch == HttpWatch.OPAQUE) {
            return;
        }
        if (watch == HttpWatch.LAST) {
            watch = from == client ? HttpWatch.OPAQUE : watch;
        } else if (!(from == client
                ? watch.fromClient(lane.head, bytes, bytes.position(), bytes.limit())
                : watch.fromTarget(lane.head, bytes, bytes.position(), bytes.limit()))) {
            watch.forget(lane.head);
            watch = watch.outcome();
        }
    }

    /** {@return whether the client has sent all it ever will, by its own word, though it has not ended yet} */
    boolean isLastRequestIn() {
        return watch == HttpWatch.LAST;
    }

    /**
     * {@return whether what the client sends is to be discarded: line ends after its last request, which servers ignore} A target that closes
     * with them unread would reset the connection.
     */
    boolean isUnwanted(ByteBuffer bytes) {
        boolean lineEnds = watch == HttpWatch.LAST;
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
        End from = target;
        try {
            lane.pump.readable(this, from);
            if (from == target) {
                listenToTarget();
            }
        } catch (Throwable e) {
            failed(from, e);
        }
    }

    /** The client, from which nothing is expected, may have left. */
    void listen() {
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
        lane.total.cut.add(1);
        if (tally != null) {
            tally.cut.add(1);
        }
        end();
    }

    /** Ends it from our side, now. */
    void end() {
        if (isSilent() || state == State.PARKED || state == State.ENDING || watch != null && watch.isIdle() && !client.hasPending()) {
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
        lane.waiting.done(this);
        lane.buffers.giveBack(early);
        early = null;
        if (watch != null) {
            watch.forget(lane.head);
        }
        client.discard(lane);
        detach();
        lane.ended(this);
    }

    /** One side says no more. A target that has not said a word yet is to blame, unless its client had left before. */
    void ends(End end) {
        if (end == target && !answered && !client.isReadEnded()
                && (!isUntouched() || lane.loop.now() - touched < HASTY)) {
            blamed = true;
            lane.total.unanswered.add(1);
            tally.unanswered.add(1);
            lane.health.ejection().unanswered(backend);
        }
    }

    void detach() {
        if (target != null) {
            if (!answered && !blamed && !isUntouched()) {
                backend.awaitedInVain(lane.loop.now() - touched, lane.loop.now(), tally);
            }
            target.discard(lane);
            target = null;
            lane.released(backend);
        }
    }

    // ---- moving away from a withdrawn target, or a dead one

    /** Leaves a withdrawn target if nobody can tell: between two requests, or before a single byte. */
    void leaveIfWithdrawn() throws IOException {
        if (backend.isWithdrawn() || lane.isLeaving()) {
            lane.moving.leave(this);
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
        return watch == null;
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
    boolean owesNothing() {
        return state == State.OPEN && !client.hasPending() && !target.hasPending() && !client.isReadEnded() && !broken
                && (watch == null || watch.isIdle());
    }

    /** Lives on without a target, until what its stage waits for. */
    void park(Stage newStage) throws IOException {
        state = State.PARKED;
        stage = newStage;
        answered = false;
        client.wantRead(true); // it was not read while the target was slow to take its request
    }
}
