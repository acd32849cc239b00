package io.musher;

import io.musher.internal.ipc.ChannelListener;
import io.musher.internal.process.os.Loopback;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.Supervisor;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forwards one worker's channel frames to the supervisor. Control thread only. */
final class WorkerChannelListener implements ChannelListener {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Supervisor supervisor;
    private final Incarnation worker;
    private final WorkerSession session;
    private final boolean explicit;

    /**
     * Creates the listener of one worker's channel.
     *
     * @param explicit whether ports reported by the worker are not probed
     */
    WorkerChannelListener(Supervisor supervisor, Incarnation worker, WorkerSession session, boolean explicit) {
        this.explicit = explicit;
        this.supervisor = supervisor;
        this.worker = worker;
        this.session = session;
    }

    @Override
    public void hello(long pid) {
        session.saidHello = true;
        session.mainRuns = true;
        if (!supervisor.hello(worker)) {
            session.channel.goodbye("it came too late");
        }
    }

    @Override
    public void ready() {
        supervisor.ready(worker);
    }

    @Override
    public void notReady() {
        supervisor.notReady(worker);
    }

    @Override
    public void listening(int port) {
        Optional<String> use = OwnPorts.use(port);
        if (use.isPresent()) {
            if (session.refusedPort != port) {
                session.refusedPort = port;
                LOG.warn(
                        "worker {} (instance {}) says listening({}), which is {}: refused, because the balancer would connect to itself; listen on"
                                + " WorkerContext.address(){}, and call listening(port) with the port of the worker's own server only",
                        worker.id(),
                        worker.instance(), port, use.get(),
                        worker.port().isPresent() ? ", " + Loopback.text(worker.port().getAsInt()) : "");
            }
            return;
        }
        session.claimed = true;
        if (explicit) {
            supervisor.listening(worker, port);
        } else {
            supervisor.claims(worker, port);
        }
        if (session.portWatch != null) {
            session.portWatch.claimed();
        }
    }

    @Override
    public void disconnectRequested() {
        supervisor.disconnectRequested(worker);
    }

    @Override
    public void stopRequested() {
        supervisor.stopRequested(worker);
    }

    @Override
    public void alive(long number) {
        if (session.healthMonitor != null) {
            session.healthMonitor.answered(number);
        }
    }

    @Override
    public void drainHooks() {
        supervisor.drainHooks(worker);
    }

    @Override
    public void drainHooksDone() {
        supervisor.drainHooksDone(worker);
    }

    @Override
    public void mainReturned() {
        session.mainRuns = false;
        if (session.portWatch != null) {
            session.portWatch.poll();
        }
    }

    @Override
    public void goodbye() {
        ended(true);
    }

    @Override
    public void lost(String why) {
        ended(false);
    }

    private void ended(boolean goodbye) {
        if (session.channelEnded) {
            return;
        }
        session.channelEnded = true;
        session.sender.mailbox().inbox().flush(); // delivers queued messages before the exit is reported
        if (session.saidHello) {
            supervisor.channelEnded(worker, goodbye);
        }
        if (session.termination != null) {
            supervisor.exited(worker, session.termination.status(), session.termination.signal());
        }
    }
}
