package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Ticker;
import io.musher.internal.dispatch.FutureExecutor;
import io.musher.internal.dispatch.ListenerExecutor;
import io.musher.internal.dispatch.ListenerWatchdog;
import io.musher.internal.ipc.ChannelServer;
import io.musher.internal.process.Spawner;
import io.musher.internal.process.classdata.ClassDataCache;
import io.musher.internal.process.launch.LaunchPlan;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds the threads, sockets and executors of a cluster; opens them together and closes them together in reverse order.
 *
 * @param name the name of the cluster
 * @param control the control loop, on which the supervisor runs
 * @param channels the server that workers connect to
 * @param commonPort the common port; empty without one
 * @param spawner starts processes
 * @param events delivers events to listeners
 * @param callbacks completes users' futures
 */
record ClusterResources(String name, EventLoop control, ChannelServer channels, Optional<CommonPort> commonPort,
        Spawner spawner, ListenerExecutor events,
        FutureExecutor callbacks) {

    private static final long JOIN_MILLIS = 5_000;

    /** The control loops of the clusters in this JVM, by cluster name. */
    private static final Map<String, EventLoop> NAMES = new ConcurrentHashMap<>();

    /**
     * Opens all resources, or none if one fails.
     *
     * @param kind what the workers are
     * @throws IllegalStateException if a cluster of the same name is running
     */
    static ClusterResources open(ClusterConfig config, LaunchPlan.Kind kind) throws IOException {
        Deque<Runnable> undo = new ArrayDeque<>();
        try {
            EventLoop control = new EventLoop(config.name() + "-control", Ticker.system());
            undo.push(control::close);
            if (NAMES.putIfAbsent(config.name(), control) != null) {
                throw new IllegalStateException("name " + config.name()
                        + ": a cluster of that name runs in this JVM already; give each one"
                        + " a name of its own with .name(…), so that their threads, workers and log lines differ");
            }
            undo.push(() -> NAMES.remove(config.name(), control));
            ChannelServer channels = ChannelServer.open(config.name(), control, config.maxMessageSize());
            control.start();
            undo.push(() -> control.execute(channels::close));
            Optional<CommonPort> commonPort = CommonPorts.open(config, kind);
            undo.push(() -> commonPort.ifPresent(CommonPort::close));
            OwnPorts.add(channels.socketAddress(), "where workers join cluster " + config.name());
            undo.push(() -> OwnPorts.remove(channels.socketAddress().getPort()));
            Spawner spawner = new Spawner(config.name(), config.output(),
                    ClassDataCache.of(config.name(), config.classDataCache()));
            undo.push(spawner::close);
            ListenerExecutor eventThread = new ListenerExecutor(config.name(), control);
            new ListenerWatchdog(eventThread, control).start();
            eventThread.start();
            return new ClusterResources(config.name(), control, channels, commonPort, spawner, eventThread,
                    callbacks(config, control));
        } catch (Throwable e) {
            undo.forEach(Runnable::run);
            throw e;
        }
    }

    private static FutureExecutor callbacks(ClusterConfig config, EventLoop control) {
        return new FutureExecutor(config.name() + "-callbacks",
                (task, nanos) -> control.tryExecute(() -> control.schedule(nanos, task)));
    }

    /** {@return the balancer of the common port, if there is one} */
    Optional<Balancer> balancer() {
        return commonPort.flatMap(CommonPort::balancer);
    }

    /** {@return the number of the common port as bound, if there is one} */
    OptionalInt commonPortNumber() {
        return commonPort.map(port -> OptionalInt.of(port.address().getPort())).orElseGet(OptionalInt::empty);
    }

    /** {@return whether the workers listen on the common port themselves} */
    boolean sharesPort() {
        return commonPort.isPresent() && commonPort.get().isShared();
    }

    /** Closes all resources once; a second call waits for the first. Must not be called on a thread of the cluster. */
    synchronized void close() {
        OwnPorts.remove(channels.socketAddress().getPort());
        commonPort.ifPresent(CommonPort::close);
        spawner.close();
        events.end();
        if (control.tryExecute(channels::close)) { // otherwise closed before
            control.close();
            control.join(JOIN_MILLIS);
        }
        callbacks.timersEnded();
        NAMES.remove(name, control);
    }
}
