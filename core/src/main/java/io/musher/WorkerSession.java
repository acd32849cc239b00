package io.musher;

import io.musher.internal.health.HealthMonitor;
import io.musher.internal.ipc.Channel;
import io.musher.internal.process.PortLease;
import io.musher.internal.process.Termination;
import io.musher.internal.process.WorkerProcess;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** What the primary has of one worker besides its place in the supervisor; belongs to the control thread, but for what says otherwise. */
final class WorkerSession {

    final Worker worker;
    /** Of its messages; for any thread. */
    final List<Consumer<Message>> listeners = new CopyOnWriteArrayList<>();
    /** Set before the worker is known to anybody; for any thread. */
    MessageSender sender;
    Channel channel;
    /** Written on the control thread; read by anybody. */
    volatile WorkerProcess process;
    PortLease lease;
    /** Null where the port is not looked at. */
    PortReadinessProbe portWatch;
    /** The last one it said it listens on, and cannot; 0 if there was none. */
    int refusedPort;
    /** Whether it has said listening(port). */
    boolean claimed;
    /** Whether a JVM that has joined has not said yet that its main method has returned. */
    boolean mainRuns;
    /** Null where no health is checked. */
    HealthMonitor healthMonitor;
    /** Where it hung; for any thread. */
    volatile Optional<String> threadDump = Optional.empty();
    boolean saidHello;
    boolean channelEnded;
    Termination termination;

    WorkerSession(Worker worker) {
        this.worker = worker;
    }
}
