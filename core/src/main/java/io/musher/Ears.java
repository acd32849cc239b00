package io.musher;

import io.musher.internal.ipc.ChannelListener;
import io.musher.internal.process.Loopback;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.Supervisor;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one worker says on its channel, told to the supervisor; control thread only. */
final class Ears implements ChannelListener {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Supervisor supervisor;
    private final Incarnation worker;
    private final Member member;
    private final boolean explicit;

    /** @param explicit whether nobody looks at the port that a worker says it listens on */
    Ears(Supervisor supervisor, Incarnation worker, Member member, boolean explicit) {
        this.explicit = explicit;
        this.supervisor = supervisor;
        this.worker = worker;
        this.member = member;
    }

    @Override
    public void hello(long pid) {
        member.spoke = true;
        member.mainRuns = true;
        if (!supervisor.hello(worker)) {
            member.channel.goodbye("it came too late");
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
            if (member.refusedPort != port) {
                member.refusedPort = port;
                LOG.warn("worker {} (instance {}) says listening({}), which is {}: refused, because the balancer would connect to itself; listen on"
                        + " WorkerContext.address(){}, and call listening(port) with the port of the worker's own server only", worker.id(),
                        worker.instance(), port, use.get(), worker.port().isPresent() ? ", " + Loopback.text(worker.port().getAsInt()) : "");
            }
            return;
        }
        member.claimed = true;
        if (explicit) {
            supervisor.listening(worker, port);
        } else {
            supervisor.claims(worker, port);
        }
        if (member.portWatch != null) {
            member.portWatch.claimed();
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
        if (member.checkup != null) {
            member.checkup.answered(number);
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
        member.mainRuns = false;
        if (member.portWatch != null) {
            member.portWatch.look();
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
        if (member.channelEnded) {
            return;
        }
        member.channelEnded = true;
        member.mail.mailbox().inbox().flush(); // what it sent is told before its end
        if (member.spoke) {
            supervisor.channelEnded(worker, goodbye);
        }
        if (member.termination != null) {
            supervisor.exited(worker, member.termination.status(), member.termination.signal());
        }
    }
}
