package io.musher;

import io.musher.internal.ipc.ChannelListener;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.Supervisor;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one worker says on its channel, told to the supervisor; control thread only. */
final class Ears implements ChannelListener {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Supervisor supervisor;
    private final Incarnation worker;
    private final Member member;
    private final IntPredicate isBalancers;

    /** Takes what finds out whether a port is the one that the balancer listens on. */
    Ears(Supervisor supervisor, Incarnation worker, Member member, IntPredicate isBalancers) {
        this.supervisor = supervisor;
        this.worker = worker;
        this.member = member;
        this.isBalancers = isBalancers;
    }

    @Override
    public void hello(long pid) {
        member.spoke = true;
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
        if (isBalancers.test(port)) {
            LOG.error("worker {} (instance {}) reports that it listens on port {}, which is the common port: ignored, its connections would "
                    + "go round in circles; a worker listens on a port of its own", worker.id(), worker.instance(), port);
            return;
        }
        supervisor.listening(worker, port);
    }

    @Override
    public void disconnectRequested() {
        supervisor.disconnects(worker);
    }

    @Override
    public void stopRequested() {
        supervisor.asksToStop(worker);
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
