package io.musher;

import io.musher.internal.ipc.Channel;
import io.musher.internal.process.PortLease;
import io.musher.internal.process.Termination;
import io.musher.internal.process.WorkerProcess;

/** What the primary has of one worker besides its place in the supervisor; belongs to the control thread. */
final class Member {

    final Worker worker;
    Channel channel;
    /** Written on the control thread; read by anybody. */
    volatile WorkerProcess process;
    PortLease lease;
    boolean spoke;
    boolean channelEnded;
    Termination termination;

    Member(Worker worker) {
        this.worker = worker;
    }
}
