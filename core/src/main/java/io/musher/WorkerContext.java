package io.musher;

import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import io.musher.internal.dispatch.FutureExecutor;
import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.worker.WorkerEnvironment;
import io.musher.internal.worker.CurrentWorker;
import io.musher.internal.worker.WorkerRuntime;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Connects a worker to its cluster: identity and port, readiness, messages, and hooks for drain, stop and disconnect.
 * This is the API of a worker; {@link Cluster} is the API of the primary.
 *
 * <pre>{@code
 * WorkerContext me = WorkerContext.current();
 * HttpServer server = ShopServer.listen(me.address());
 * me.onStop(() -> server.stop(1));
 * }</pre>
 *
 * <p>The first call of {@link #current}, or of {@link Cluster#isWorker}, joins the cluster. From then on the JVM lives
 * as long as its channel to the primary is open, even after {@code main} has returned. If {@code main} throws, the JVM
 * exits with status 1. A worker JVM ignores SIGINT, because Ctrl-C reaches the whole terminal group and the primary
 * stops its workers. SIGTERM asks the primary to stop this worker; the process stops by itself if the primary does not
 * answer.
 *
 * <p>A worker ends in one of these ways:
 * <ul>
 * <li><b>Stopped by the primary:</b> {@link #isDraining()} becomes true and the {@link #onDrain} hooks run; new
 *     connections go to other workers. When the connections have closed and the hooks have returned, or when the drain
 *     time of the {@link StopPolicy} is over, the {@link #onStop} hooks run; then the process exits with status 0.
 * <li><b>{@link #disconnect() Disconnected}, by either side:</b> the worker drains in the same way; then the channel
 *     closes and the {@link #onDisconnect} hooks run. The process is left to exit by itself.
 * <li><b>Primary gone:</b> drain hooks and stop hooks run, for 5 s at most; then the process exits with status 1.
 * </ul>
 *
 * <p>Hooks and listeners run one after the other on one callback thread, hooks in the order they were added. A hook
 * that throws is logged, and the next one runs. A drain hook may take the whole drain time; one that is still running
 * then is logged, and the stop hooks run without waiting for it. A hook that is added after its moment runs at once.
 *
 * <p>All methods may be called from any thread, and none of them blocks. After the channel has closed, methods that
 * report to the primary do nothing. Messages sent before {@code System.exit} still reach the primary.
 */
public final class WorkerContext {

    private static final Log LOG = Log.lazy("io.musher.WorkerContext");

    private static @Nullable WorkerContext current;

    private final WorkerRuntime runtime;
    private final WorkerEnvironment environment;
    private final MessageSender sender;
    private final List<Consumer<Message>> listeners = new CopyOnWriteArrayList<>();

    private WorkerContext(WorkerRuntime runtime) {
        this.runtime = runtime;
        this.environment = runtime.environment();
        this.sender = new MessageSender(environment.toString(), runtime.mailbox(), environment.maxMessageSize(),
                new FutureExecutor("musher-callbacks", runtime::schedule));
        runtime.setMessageListeners(() -> !listeners.isEmpty(), this::dispatch);
    }

    /**
     * {@return the context of this worker, always the same object; the first call joins the cluster}
     *
     * @throws IllegalStateException if this process is not a worker, its environment variables were altered, or another
     *     copy of Musher in this JVM has joined
     */
    public static WorkerContext current() {
        synchronized (WorkerContext.class) {
            if (current == null) {
                current = new WorkerContext(CurrentWorker.runtime());
            }
            return current;
        }
    }

    /** {@return the id of this worker: from 1, never reused in a cluster} */
    public int id() {
        return environment.id();
    }

    /** {@return the number of this worker's instance: from 0; a replacement has the same} */
    public int instance() {
        return environment.instance();
    }

    /** {@return the cluster's name and the instance counted from 1, such as {@code shop-1}} */
    public String name() {
        return environment.name();
    }

    /**
     * {@return the port this worker is to listen on; with {@link Scheduling#KERNEL} the common port}
     *
     * @throws IllegalStateException if the cluster has no ports
     */
    public int port() {
        return environment.port().orElseThrow(
                () -> new IllegalStateException(
                        name() + " has no port; set commonPort or startPort in ClusterBuilder"));
    }

    /**
     * {@return the address this worker is to listen on, with {@link #port}}
     *
     * @throws IllegalStateException if the cluster has no ports
     */
    public InetSocketAddress address() {
        return new InetSocketAddress(environment.host(), port());
    }

    /** Reports that this worker can take connections. May be called repeatedly, also after {@link #notReady()}. */
    public void ready() {
        runtime.ready();
    }

    /**
     * Asks the primary to send no new connections until {@link #ready()} is called; open connections are kept. With
     * {@link Scheduling#KERNEL} by {@code SO_REUSEPORT} new connections come nevertheless, as long as this worker
     * listens.
     */
    public void notReady() {
        runtime.notReady();
    }

    /**
     * Reports that this worker listens on another port than {@link #port()}, and is ready. The primary logs and refuses
     * a port that it listens on itself, such as the common port.
     *
     * @param port the port of this worker's server on the loopback address, 1 to 65535
     * @throws IllegalArgumentException if the port is not within that range
     */
    public void listening(int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("listening port " + port + " is not within 1 to 65535");
        }
        runtime.listening(port);
    }

    /**
     * Sends a message to the primary. Never blocks.
     *
     * @param message what {@link Worker#send} accepts
     * @return whether the message is on its way; false when the channel has closed, or the send window is full: 32 MiB
     *     of messages that listeners have not taken yet, or less where one of the two JVMs has a small heap
     * @throws IllegalArgumentException if the value cannot be encoded (the message says which part of it), or is larger
     *     than {@link ClusterBuilder#maxMessageSize}
     */
    public boolean send(Object message) {
        return sender.send(MessageSender.PRIMARY, message);
    }

    /**
     * {@return completes when a {@link #send} that returned false is worth trying again; fails with
     * {@link PeerGoneException} when the channel has closed}
     */
    public CompletableFuture<Void> writable() {
        return sender.writable("the primary");
    }

    /**
     * Sends a request to the primary, where a listener answers by {@link Message#reply}. Never blocks.
     *
     * @param message what {@link #send} accepts
     * @param timeout how long to wait for the reply; positive
     * @return completes with the reply; fails with {@link java.util.concurrent.TimeoutException} when there is none in
     *     time or the send window is full, with {@link PeerGoneException} when the channel has closed, and with
     *     {@link RemoteFailureException} when a listener threw
     * @throws IllegalArgumentException as {@link #send}, or if the timeout is not positive
     */
    public CompletableFuture<Message> request(Object message, Duration timeout) {
        return sender.request(MessageSender.PRIMARY, "the primary", MessageSender.PRIMARY, message, timeout, true);
    }

    /**
     * Sends a message to another worker, through the primary. Never blocks. A worker that exits meanwhile does not get
     * it.
     *
     * @param workerId the id of the receiver
     * @param message what {@link #send} accepts
     * @return whether the message is on its way; false as {@link #send}, or if there is no such worker
     * @throws IllegalArgumentException as {@link #send}
     */
    public boolean sendTo(int workerId, Object message) {
        ByteBuffer frame = sender.frame(workerId, message);
        return knows(workerId) && sender.send(frame);
    }

    /**
     * Sends a request to another worker, through the primary. Never blocks.
     *
     * @param workerId the id of the receiver
     * @param message what {@link #send} accepts
     * @param timeout how long to wait for the reply; positive
     * @return as {@link #request}; fails with {@link PeerGoneException} also if there is no such worker
     * @throws IllegalArgumentException as {@link #request}
     */
    public CompletableFuture<Message> requestTo(int workerId, Object message, Duration timeout) {
        MessageSender.checkTimeout(timeout);
        if (!knows(workerId)) {
            sender.frame(workerId, message); // a value that cannot be encoded is refused in any case
            return CompletableFuture.failedFuture(new PeerGoneException("there is no worker " + workerId));
        }
        return sender.request(workerId, "worker " + workerId, workerId, message, timeout, true);
    }

    private boolean knows(int workerId) {
        return workerId == id() || runtime.knows(workerId);
    }

    /**
     * Sends a message to all other workers, through the primary. Never blocks. If the send window is full (see
     * {@link #send}), the message is dropped with a warning in the log.
     *
     * @param message what {@link #send} accepts
     * @throws IllegalArgumentException as {@link #send}
     */
    public void broadcast(Object message) {
        sender.send(MessageFrame.ALL, message);
    }

    /**
     * Adds a listener for messages of the primary and of other workers, see {@link Message#from}. Messages that arrive
     * before there is any listener are kept and delivered to the first one.
     *
     * @param listener runs on the callback thread; an exception is logged and does not affect other listeners. If it
     *     hangs while hooks wait, it is abandoned; the hooks and the later messages go to a new callback thread
     * @return removes the listener when closed
     */
    public Subscription onMessage(Consumer<Message> listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        runtime.mailbox().inbox().scheduleDelivery();
        return () -> listeners.remove(listener);
    }

    private void dispatch(MessageFrame frame) {
        Message message = new Message(frame, frame.peer(), sender);
        Throwable failure = null;
        for (Consumer<Message> listener : listeners) {
            try {
                listener.accept(message);
            } catch (Throwable e) {
                LOG.warn("{}: the listener {} threw on a {}; the worker continues", this, listener.getClass().getName(),
                        message.summary(), e);
                failure = failure != null ? failure : e;
            }
        }
        if (failure != null) {
            message.fail(failure);
        }
    }

    /**
     * Leaves the cluster: the worker gets no new connections, drains, then the channel closes; {@link #onDrain} and
     * {@link #onDisconnect} hooks run on the way. Returns at once. The {@link RestartPolicy} decides whether the worker
     * is replaced. The process goes on until it exits by itself.
     */
    public void disconnect() {
        runtime.disconnect();
    }

    /** {@return whether the channel is open; true until a disconnect is complete or the primary is gone} */
    public boolean isConnected() {
        return runtime.isConnected();
    }

    /** {@return whether this worker drains or has drained, so that no new connections come} */
    public boolean isDraining() {
        return runtime.isDraining();
    }

    /**
     * Lets the application answer heartbeats: a heartbeat of the primary ({@link HealthCheck#heartbeat()}) is answered
     * only if this function returns true. If the function throws, or has not returned when the timeout is over, the
     * heartbeat counts as a miss; while a call is running there is no second one. Default: the channel's own thread
     * answers, which only proves that the JVM runs. The last call counts.
     *
     * @param alive runs on a thread of its own
     */
    public void onHeartbeat(BooleanSupplier alive) {
        runtime.onHeartbeat(Objects.requireNonNull(alive, "onHeartbeat"));
    }

    /**
     * Adds a hook that runs when the drain begins, before a stop as well as before a disconnect: finish running work,
     * take no new work. The primary waits until the drain hooks have returned, at most for the drain time of the {@link
     * StopPolicy} (20 s by default), with or without a common port.
     *
     * <p>Use it to close connections that would not close by themselves: WebSockets, event streams, long polls. Their
     * clients reconnect and get another worker. Without a hook, such connections keep the worker until the drain time
     * is over and are cut then.
     *
     * <pre>{@code
     * Set<HttpExchange> streams = ConcurrentHashMap.newKeySet();
     * server.createContext("/events", exchange -> {
     *     exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
     *     exchange.sendResponseHeaders(200, 0);
     *     streams.add(exchange);
     *     if (me.isDraining()) {              // a request that came as the drain began
     *         exchange.close();
     *     }
     * });
     * me.onDrain(() -> streams.forEach(HttpExchange::close));
     * }</pre>
     *
     * @param hook runs once, on the callback thread
     */
    public void onDrain(Runnable hook) {
        runtime.onDrain(Objects.requireNonNull(hook, "onDrain hook"));
    }

    /**
     * Adds a hook that runs before the process exits, after a stop or because the primary is gone; it does not run
     * after a {@link #disconnect}.
     *
     * <p>All stop hooks together, and the JVM's shutdown hooks after them, have the kill time of the {@link StopPolicy}
     * (5 s by default), or 5 s when the primary is gone; then the primary kills the process and logs it. A drain hook
     * that is still running at the stop uses up to 4 s of that time; give long drain hooks a longer drain time. A stop
     * hook that runs longer than 2 s is logged with its stack trace.
     *
     * @param hook runs once, on the callback thread
     */
    public void onStop(Runnable hook) {
        runtime.onStop(Objects.requireNonNull(hook, "onStop hook"));
    }

    /**
     * Adds a hook that runs after a disconnect, when {@link #isConnected()} has become false.
     *
     * @param hook runs once, on the callback thread
     */
    public void onDisconnect(Runnable hook) {
        runtime.onDisconnect(Objects.requireNonNull(hook, "onDisconnect hook"));
    }

    /** {@return the name and the id} */
    @Override
    public String toString() {
        return environment.toString();
    }
}
