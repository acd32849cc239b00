package io.musher.balancer;

import io.musher.balancer.internal.proxy.ProxyHeader;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Starts the traffic of a relay whose target is connected: sends the PROXY header and the client's first bytes, then
 * registers both connections. One per event loop.
 *
 * <p>A connection whose client has announced its last request is registered late, because by then most of them are
 * closed, which saves four system calls of about 25.
 */
final class RelayStarter {

    private static final long REGISTER_DELAY = 20_000_000;

    private final EventLoop loop;
    private final BufferPool buffers;
    private final Pump pump;
    private final @Nullable ProxyProtocol proxyProtocol;
    private final ArrayDeque<Relay> pendingRegistrations = new ArrayDeque<>();
    private final ArrayDeque<Relay> pendingReads = new ArrayDeque<>();

    RelayStarter(EventLoop loop, BufferPool buffers, Pump pump, @Nullable ProxyProtocol proxyProtocol) {
        this.loop = loop;
        this.buffers = buffers;
        this.pump = pump;
        this.proxyProtocol = proxyProtocol;
    }

    /**
     * Starts the traffic; {@code receivedHeader} is the client's PROXY header to forward, or null to write one if the
     * target expects it.
     */
    void start(Relay relay, @Nullable byte[] receivedHeader) throws IOException {
        if (proxyProtocol != null) {
            sendHeader(relay, proxyProtocol, receivedHeader);
        }
        if (!forwardFirst(relay)) {
            registerTarget(relay);
            return;
        }
        boolean reads = canReadClient(relay);
        if (reads && relay.isLastRequestReceived()) {
            readSoon(relay);
            registerLater(relay);
            return;
        }
        registerTarget(relay);
        if (reads) {
            relay.client.wantRead(true);
        }
    }

    private void sendHeader(Relay relay, ProxyProtocol version, @Nullable byte[] received) throws IOException {
        ByteBuffer header = buffers.scratch();
        if (received != null) {
            header.put(received);
        } else {
            ProxyHeader.write(header, version, relay.source(),
                    (InetSocketAddress) relay.client.channel.getLocalAddress());
        }
        if (!relay.target().write(header.flip())) {
            throw new IOException(
                    "cannot send a PROXY header to " + relay.backend + ": the new connection's send buffer is full");
        }
    }

    /**
     * Forwards what the client has sent so far.
     *
     * @return whether more may be read from the client
     */
    private boolean forwardFirst(Relay relay) throws IOException {
        Endpoint client = relay.client;
        Endpoint target = relay.target();
        ByteBuffer first = relay.firstBytes;
        relay.firstBytes = null;
        if (first == null) {
            pump.readable(relay, client);
            return true;
        }
        boolean kept = first.isDirect();
        boolean mayContinue = pump.forward(relay, kept ? first : buffers.scratch().put(first).flip(), client, target);
        if (kept && !target.hasPending()) {
            buffers.release(first);
        }
        if (mayContinue && client.isReadEnded()) {
            pump.passEnd(relay, client, target);
        }
        return mayContinue;
    }

    /**
     * Registers, after a delay, a client that has sent its last request, so that its close is noticed. By then most
     * such clients have their answer and are closed without ever having been registered.
     */
    private void registerLater(Relay relay) {
        if (pendingRegistrations.isEmpty()) {
            loop.schedule(REGISTER_DELAY, this::registerClients);
        }
        pendingRegistrations.add(relay);
    }

    /**
     * Reads from a target that has its client's only request at the end of this turn, and registers the target only if
     * its answer has not arrived. Under load it has.
     */
    private void readSoon(Relay relay) {
        if (pendingReads.isEmpty()) {
            loop.execute(this::readAnswers);
        }
        pendingReads.add(relay);
    }

    private void readAnswers() {
        for (Relay relay; (relay = pendingReads.poll()) != null;) {
            readAnswer(relay);
        }
    }

    private void readAnswer(Relay relay) {
        if (!relay.isOpen()) {
            return;
        }
        Endpoint target = relay.target();
        try {
            pump.readable(relay, target);
            if (target == relay.target) {
                registerTarget(relay);
            }
        } catch (Throwable e) {
            relay.failed(e);
        }
    }

    private void registerClients() {
        for (Relay relay; (relay = pendingRegistrations.poll()) != null;) {
            if (canReadClient(relay)) {
                try {
                    relay.client.wantRead(true);
                } catch (IOException e) {
                    relay.failed(e);
                }
            }
        }
    }

    private static boolean canReadClient(Relay relay) {
        return relay.isOpen() && !relay.target().hasPending() && !relay.client.isReadEnded();
    }

    private static void registerTarget(Relay relay) throws IOException {
        if (relay.isOpen() && !relay.targetWriteFailed && !relay.target().isReadEnded() && !relay.client.hasPending()) {
            relay.target().wantRead(true);
        }
    }
}
