package io.musher;

import io.musher.internal.supervisor.Incarnation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Represents one worker process on the primary's side. A replacement is another {@code Worker}, with another id. All
 * methods may be called from any thread; none of them blocks. Futures complete on a callback thread, at the latest when
 * the cluster has stopped.
 */
public final class Worker {

    private final ClusterCommands commands;
    private final WorkerSession session;
    private final Incarnation incarnation;

    Worker(ClusterCommands commands, WorkerSession session) {
        this.commands = commands;
        this.session = session;
        this.incarnation = session.incarnation();
    }

    WorkerSession session() {
        return session;
    }

    Incarnation incarnation() {
        return incarnation;
    }

    /** {@return the id: from 1, never reused in a cluster} */
    public int id() {
        return incarnation.id();
    }

    /** {@return the number of the instance: from 0; a replacement has the same} */
    public int instance() {
        return incarnation.instance();
    }

    /** {@return the cluster's name and the instance counted from 1, such as {@code shop-1}} */
    public String name() {
        return incarnation.name();
    }

    /** {@return the process id; empty if no process was started} */
    public OptionalLong pid() {
        return incarnation.pid();
    }

    /** {@return the port the worker listens on; empty if it has none} */
    public OptionalInt port() {
        return incarnation.port();
    }

    /** {@return the state at this moment} */
    public WorkerState state() {
        return incarnation.state();
    }

    /** {@return when the process was started; empty if no process was started} */
    public Optional<Instant> startedAt() {
        return incarnation.startedAt();
    }

    /** {@return how many replacements the restart policy had started in this instance, this worker included} */
    public int restarts() {
        return incarnation.restarts();
    }

    /**
     * Describes in words why this worker gets traffic or gets none, for logs and operators.
     *
     * @return one line of text
     */
    public String explain() {
        return commands.explain(this);
    }

    /**
     * {@return whether messages can reach the worker: true from the fork until it is disconnected or exits; false for a
     * command that has no channel}
     */
    public boolean isConnected() {
        return incarnation.isConnected();
    }

    /** {@return whether the process has exited and was reaped, or could not be started} */
    public boolean isDead() {
        return !incarnation.isAlive();
    }

    /**
     * Sends a message to the worker; see {@link Message} for what arrives. The message is encoded on the calling
     * thread. A message that is sent before the worker has connected is kept for it. Never blocks.
     *
     * @param message null, a boolean, number, string, {@code byte[]}, list, array, collection, map with string keys,
     *     record, enum, {@code Optional}, {@code UUID}, or type of {@code java.time}; nested at most 200 deep
     * @return whether the message is on its way; false when the channel has closed, or the send window is full: 32 MiB
     *     of messages that the worker's listeners have not taken yet, or less where one of the two JVMs has a small
     *     heap
     * @throws IllegalArgumentException if the value cannot be encoded (the message says which part of it), or is larger
     *     than {@link ClusterBuilder#maxMessageSize}
     */
    public boolean send(Object message) {
        // encoded before the check: a value that cannot be encoded is refused in any case
        ByteBuffer frame = session.sender.frame(MessageSender.PRIMARY, message);
        return isConnected() && session.sender.send(frame);
    }

    /**
     * {@return completes when a {@link #send} that returned false is worth trying again; fails with
     * {@link PeerGoneException} when the channel has closed}
     */
    public CompletableFuture<Void> writable() {
        return session.sender.writable(description());
    }

    /**
     * Sends a request, which a listener of the worker answers by {@link Message#reply}. Never blocks.
     *
     * @param message what {@link #send} accepts
     * @param timeout how long to wait for the reply; positive
     * @return completes with the reply; fails with {@link java.util.concurrent.TimeoutException} when there is none in
     *     time or the send window is full, with {@link PeerGoneException} when the channel has closed, and with
     *     {@link RemoteFailureException} when a listener threw
     * @throws IllegalArgumentException as {@link #send}, or if the timeout is not positive
     */
    public CompletableFuture<Message> request(Object message, Duration timeout) {
        return session.sender.request(MessageSender.PRIMARY, description(), id(), message, timeout, isConnected());
    }

    /**
     * Adds a listener for the messages of this worker. Messages that arrive before there is any listener, here or at
     * {@link Cluster#onMessage}, are kept and delivered to the first one.
     *
     * @param listener runs on the events thread
     * @return removes the listener when closed
     */
    public Subscription onMessage(Consumer<Message> listener) {
        return commands.dispatcher().onMessage(session, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Disconnects the worker: it gets no new connections, drains, then its channel closes. The process may finish its
     * work and exit by itself ({@link WorkerState#DETACHED}). The worker is not replaced: the number of wanted
     * instances falls by one. Does nothing for a worker that is leaving already.
     *
     * @return this
     */
    public Worker disconnect() {
        commands.disconnect(incarnation);
        return this;
    }

    /**
     * Stops the worker as the {@link StopPolicy} says: it is withdrawn from the balancer, drains, runs its stop hooks,
     * and is killed if it has not exited in time. The worker is not replaced: the number of wanted instances falls by
     * one. Stopping a replacement that is not ready yet only cancels the replacement.
     *
     * @return completes when the process has exited
     */
    public CompletableFuture<Exit> stop() {
        commands.stop(incarnation);
        return onExit();
    }

    /**
     * Replaces the worker: starts a replacement and stops this worker when the replacement is ready and both have
     * served for the overlap of the {@link ReloadPolicy}; where the ports of instances are fixed ({@code startPort}
     * without a common port), this worker is stopped first. For the last worker of an instance that was given up, or
     * that was stopped, the instance is started again.
     *
     * @return completes with the replacement when it is ready and the overlap is over; fails with
     *     {@link IllegalStateException} when another worker has followed this one already, the limit described at
     *     {@link Cluster#scale} is reached, the instance is given up, or the cluster stops
     */
    public CompletableFuture<Worker> restart() {
        return commands.restart(incarnation);
    }

    /**
     * Kills the process and its children with SIGKILL, at once. The {@link RestartPolicy} decides about a replacement,
     * without charging the restart budget.
     */
    public void kill() {
        commands.kill(incarnation);
    }

    /**
     * Sends a signal to the process; for a command, to its process group. Does nothing when the process is not running.
     *
     * @param name the name, with or without {@code SIG}: {@code HUP} or {@code SIGHUP}
     * @throws IllegalArgumentException if there is no such signal
     * @throws UnsupportedOperationException where signals cannot be sent, because there is no {@code sh}
     */
    public void signal(String name) {
        session.signal(Objects.requireNonNull(name, "name"));
    }

    /**
     * {@return the last output of the process, standard output and standard error together: at most 64 KiB, complete
     * when {@link #onExit} is; empty if it had none or no process was started}
     */
    public String lastOutput() {
        return session.lastOutput();
    }

    /**
     * {@return completes when the process has exited and was reaped; fails with {@link IllegalStateException} when no
     * process could be started}
     */
    public CompletableFuture<Exit> onExit() {
        return incarnation.onExit().copy();
    }

    private String description() {
        return name() + " (worker " + id() + ")";
    }

    @Override
    public String toString() {
        return name() + " (worker " + id() + ", " + state() + ")";
    }
}
