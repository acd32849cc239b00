package io.musher;

import io.musher.internal.ipc.ChannelListener;
import io.musher.internal.process.os.Loopback;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.ProcessEvents;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forwards one worker's channel frames to the supervisor and the session. Control thread only. */
final class WorkerChannelListener implements ChannelListener {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final WorkerSession session;
    private final Incarnation worker;
    private final ProcessEvents events;
    private final WorkerPort workerPort;
    /** The last reported port that was refused because the primary listens on it; 0 if there was none. */
    private int refusedPort;

    WorkerChannelListener(WorkerSession session, ProcessEvents events) {
        this.session = session;
        this.worker = session.incarnation();
        this.events = events;
        this.workerPort = session.port();
    }

    @Override
    public void hello(long pid) {
        session.helloReceived();
    }

    @Override
    public void ready() {
        events.ready(worker);
    }

    @Override
    public void notReady() {
        events.notReady(worker);
        workerPort.notReady();
    }

    @Override
    public void listening(InetSocketAddress address) {
        int port = address.getPort();
        Optional<String> use = OwnPorts.use(port);
        if (use.isPresent()) {
            warnOwnPort(port, use.get());
            return;
        }
        OptionalInt shared = workerPort.sharedPort();
        if (shared.isPresent() && shared.getAsInt() != port) {
            LOG.warn(
                    "{}: listening({}) ignored: with Scheduling.KERNEL clients reach a worker on"
                            + " the common port {} only",
                    worker.label(), port, shared.getAsInt());
            return;
        }
        if (workerPort.isProbed()) {
            events.portClaimed(worker, address);
        } else {
            events.listening(worker, address);
        }
        workerPort.claimed();
    }

    private void warnOwnPort(int port, String use) {
        if (refusedPort != port) {
            refusedPort = port;
            LOG.warn(
                    "{}: listening({}) refused: the port is {}, and the balancer would connect to"
                            + " itself; listen on WorkerContext.address(){}, and call listening(port) with the port of"
                            + " the worker's own server only",
                    worker.label(), port, use,
                    worker.port().isPresent() ? ", " + Loopback.text(worker.port().getAsInt()) : "");
        }
    }

    @Override
    public void disconnectRequested() {
        events.disconnectRequested(worker);
    }

    @Override
    public void stopRequested() {
        events.stopRequested(worker);
    }

    @Override
    public void heartbeatAnswered(long number) {
        session.heartbeatAnswered(number);
    }

    @Override
    public void drainHooks() {
        events.drainHooks(worker);
    }

    @Override
    public void drainHooksDone() {
        events.drainHooksDone(worker);
    }

    @Override
    public void mainReturned() {
        workerPort.mainReturned();
    }

    @Override
    public void goodbye() {
        session.channelEnded(true);
    }

    @Override
    public void lost(String why) {
        session.channelEnded(false);
    }
}
