package io.musher;

import io.musher.internal.health.HealthMonitor;
import io.musher.internal.health.PortReadinessProbe;
import io.musher.internal.ipc.Channel;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.process.os.PortLease;
import io.musher.internal.process.os.Termination;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Holds the process, channel and port state of one worker. Control thread only, unless noted. */
final class WorkerSession {

    final Worker worker;
    /** Listeners for this worker's messages; thread-safe. */
    final List<Consumer<Message>> listeners = new CopyOnWriteArrayList<>();
    /** Set before other threads can see the worker; thread-safe. */
    MessageSender sender;
    Channel channel;
    /** Written on the control thread only; read by any thread. */
    volatile WorkerProcess process;
    PortLease lease;
    /** Null if the port is not probed. */
    PortReadinessProbe portWatch;
    /** The last reported port that was refused because the primary listens on it; 0 if there was none. */
    int refusedPort;
    /** Whether the worker has called {@code listening(port)}. */
    boolean claimed;
    /** Whether a joined JVM has not reported yet that its main method has returned. */
    boolean mainRuns;
    /** Null if there are no health checks. */
    HealthMonitor healthMonitor;
    /** The worker's threads when it hung; read by any thread. */
    volatile Optional<String> threadDump = Optional.empty();
    boolean saidHello;
    boolean channelEnded;
    Termination termination;

    WorkerSession(Worker worker) {
        this.worker = worker;
    }
}
