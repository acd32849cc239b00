package io.musher;

import io.musher.internal.supervisor.Incarnation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The primary's handle of one process; never reused: a replacement is another {@code Worker}. All methods may be called from
 * any thread; futures complete on a thread of their own, at the latest when the cluster has stopped.
 */
public final class Worker {

    private final ClusterCommands commands;
    private final Incarnation incarnation;

    Worker(ClusterCommands commands, Incarnation incarnation) {
        this.commands = commands;
        this.incarnation = incarnation;
    }

    WorkerSession session() {
        return (WorkerSession) incarnation.attachment();
    }

    Incarnation incarnation() {
        return incarnation;
    }

    /** {@return its id, from 1, never reused in a cluster} */
    public int id() {
        return incarnation.id();
    }

    /** {@return its slot, from 0; a replacement has the same} */
    public int instance() {
        return incarnation.instance();
    }

    /** {@return the cluster's name and the slot's number from 1, {@code shop-1}} */
    public String name() {
        return commands.workerName(incarnation);
    }

    /** {@return its process id; -1 if it was never started} */
    public long pid() {
        return incarnation.pid().orElse(-1);
    }

    /** {@return where it listens, if it has a port} */
    public OptionalInt port() {
        return incarnation.port();
    }

    /** {@return its state at this moment} */
    public WorkerState state() {
        return incarnation.state();
    }

    /** {@return when its process was started, null if it never was} */
    public Instant startedAt() {
        return incarnation.startedAt();
    }

    /** {@return how many replacements the restart policy had made in this slot, this one included} */
    public int restarts() {
        return incarnation.restarts();
    }

    /** {@return whether its channel is open, from its fork until it is disconnected; false for a command without a channel} */
    public boolean isConnected() {
        return incarnation.isConnected();
    }

    /** {@return whether its process has ended and was reaped} */
    public boolean isDead() {
        return !incarnation.isAlive();
    }

    /**
     * Sends a message; see {@link Message} for what arrives. It is encoded on this thread, and what was sent right after a fork waits for
     * the worker. Never blocks.
     *
     * @param message null, boolean, number, string, {@code byte[]}, list, array, collection, map with string keys, record, enum,
     *     {@code Optional}, {@code UUID}, or of {@code java.time}; up to 200 deep
     * @return whether it is on its way; false when the worker's channel has closed, or too much waits for its listeners already:
     *     32 MiB, or less where one of the two JVMs has a small heap
     * @throws IllegalArgumentException if it is something else (the message says what and where), or larger than {@code maxFrame}
     */
    public boolean send(Object message) {
        ByteBuffer frame = session().sender.frame(MessageSender.PRIMARY, message); // what cannot be sent is refused in any case
        return isConnected() && session().sender.send(frame);
    }

    /** {@return completes when a {@link #send} that was refused is worth trying again; fails with {@link WorkerGoneException} when none will be} */
    public CompletableFuture<Void> writable() {
        return session().sender.writable(who());
    }

    /**
     * Sends a request, which the worker answers with {@link Message#reply}.
     *
     * @param message as with {@link #send}
     * @param timeout for the answer, over zero
     * @return completes with the answer; fails with {@link java.util.concurrent.TimeoutException}, {@link WorkerGoneException}, or
     *     {@link RemoteException} when the handler threw
     * @throws IllegalArgumentException as with {@link #send}, or if the timeout is not positive
     */
    public CompletableFuture<Message> request(Object message, Duration timeout) {
        return session().sender.request(MessageSender.PRIMARY, who(), id(), message, timeout, isConnected());
    }

    /**
     * Listens to this worker's messages. Those that came before the first listener, this one or one of {@link Cluster#onMessage}, have
     * waited for it.
     *
     * @param listener runs on the events thread
     * @return closing it ends the listening
     */
    public Subscription onMessage(Consumer<Message> listener) {
        return commands.correspondence().onMessage(session(), Objects.requireNonNull(listener, "listener"));
    }

    /**
     * No new connections, drain, then the channel closes; the process may finish its work and end by itself
     * ({@link WorkerState#DETACHED}). It is not replaced: one instance less is wanted.
     *
     * @return this
     */
    public Worker disconnect() {
        commands.disconnect(incarnation);
        return this;
    }

    /**
     * The graceful ladder: it leaves the balancer, drains, is told to stop, and is killed when its time is over. It is not replaced:
     * one instance less is wanted.
     *
     * @return completes when the process has ended
     */
    public CompletableFuture<Exit> stop() {
        commands.stop(incarnation);
        return onExit();
    }

    /**
     * A replacement, then the ladder; for a worker whose slot was given up, the revival of the slot.
     *
     * @return completes with the replacement when that is ready
     */
    public CompletableFuture<Worker> restart() {
        return commands.restart(incarnation);
    }

    /** SIGKILL, now, to its children too. The restart policy decides about a replacement; no budget is spent. */
    public void kill() {
        commands.kill(incarnation);
    }

    /**
     * Sends a signal; to the process group, for a command.
     *
     * @param name {@code HUP} or {@code SIGHUP}
     * @throws IllegalArgumentException if there is no such signal
     * @throws UnsupportedOperationException where there are no signals
     */
    public void signal(String name) {
        commands.signal(incarnation, Objects.requireNonNull(name, "name"));
    }

    /** {@return completes when the process has ended and was reaped} */
    public CompletableFuture<Exit> onExit() {
        return incarnation.onExit().copy();
    }

    private String who() {
        return name() + " (worker " + id() + ")";
    }

    @Override
    public String toString() {
        return name() + " (worker " + id() + ", " + state() + ")";
    }
}
