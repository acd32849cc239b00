package io.musher;

import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.worker.WorkerEnvironment;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's side of its cluster: who it is, what it tells the primary, and what it does when it has to go.
 *
 * <pre>{@code
 * WorkerContext me = WorkerContext.current();
 * HttpServer server = ShopServer.listen(me.address());
 * me.onStop(() -> server.stop(1));
 * }</pre>
 *
 * <p>The first call of {@link #current} joins the cluster. From then on the JVM lives as long as its channel to the primary is open,
 * even after {@code main} has returned. When {@code main} throws, the JVM ends with status 1; SIGINT is left to the primary, because Ctrl-C reaches the whole
 * terminal group; SIGTERM asks the primary for a stop, and stops this process anyway when the primary does not answer.
 *
 * <p>How it ends:
 * <ul>
 * <li><b>Stopped by the primary:</b> {@link #isDraining()} becomes true and {@link #onDrain} hooks run; new connections go elsewhere.
 *     When the running ones and the hooks have ended, or the drain time of the {@link StopPolicy} is over, {@link #onStop} hooks run;
 *     the process exits with status 0.
 * <li><b>{@link #disconnect() Disconnected}, by either side:</b> the same drain; then the channel closes and {@link #onDisconnect}
 *     hooks run. The process is left to end by itself.
 * <li><b>The primary is gone:</b> drain and stop hooks run, for five seconds at most; the process exits with status 1.
 * </ul>
 *
 * <p>Hooks run one after the other on a thread of their own, in the order they were added. One that throws is logged and the next one
 * runs. A drain hook may take the whole drain time; one that still runs then is logged, and the stop hooks run without waiting for its
 * end. A hook that is added after its moment runs at once.
 *
 * <p>All methods may be called from any thread; none of them blocks. After the channel has closed, what would tell the primary something
 * does nothing. What was told before {@code System.exit} reaches the primary.
 */
public final class WorkerContext {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerContext.class);

    private static WorkerContext current;

    private final WorkerRuntime runtime;
    private final WorkerEnvironment environment;
    private final MessageSender sender;
    private final List<Consumer<Message>> listeners = new CopyOnWriteArrayList<>();

    private WorkerContext(WorkerRuntime runtime) {
        this.runtime = runtime;
        this.environment = runtime.environment();
        this.sender = new MessageSender(environment.toString(), runtime.mailbox(), environment.maxFrame(), new FutureExecutor("musher-callbacks", runtime::later));
        runtime.setReader(() -> !listeners.isEmpty(), this::dispatch);
    }

    /**
     * {@return this worker's context, always the same one; the first call joins the cluster}
     *
     * @throws IllegalStateException if this process is no worker, its environment is not as the primary made it, or another copy of Musher
     *     in this JVM has joined
     */
    public static WorkerContext current() {
        synchronized (WorkerContext.class) {
            if (current == null) {
                current = new WorkerContext(WorkerRuntime.current());
            }
            return current;
        }
    }

    /** {@return this worker's id: from 1, never reused} */
    public int id() {
        return environment.id();
    }

    /** {@return this worker's slot: from 0, reused by its replacement} */
    public int instance() {
        return environment.instance();
    }

    /** {@return this worker's name: the cluster's, and the instance counted from 1} */
    public String name() {
        return environment.name();
    }

    /**
     * {@return the port to listen on}
     *
     * @throws IllegalStateException if the cluster has no ports
     */
    public int port() {
        return environment.port().orElseThrow(
                () -> new IllegalStateException(name() + " has no port; set commonPort or startPort on the cluster"));
    }

    /**
     * {@return where to listen}
     *
     * @throws IllegalStateException if the cluster has no ports
     */
    public InetSocketAddress address() {
        return new InetSocketAddress(environment.host(), port());
    }

    /** Tells the primary that this worker can take connections; as often as that becomes so. */
    public void ready() {
        runtime.ready();
    }

    /** Tells the primary to send no new connections until {@link #ready()}; the running ones go on. */
    public void notReady() {
        runtime.notReady();
    }

    /**
     * Tells the primary where this worker really listens, when it is not at {@link #port()}, and that it is ready. The primary refuses a
     * port that it listens on itself, such as the common port, and logs a warning.
     *
     * @param port of this worker's own server on the loopback address, within 1 to 65535
     * @throws IllegalArgumentException if it is not
     */
    public void listening(int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("listening port " + port + " is not within 1 to 65535");
        }
        runtime.listening(port);
    }

    /**
     * Sends a message to the primary; see {@link Worker#send} for what can be sent. Never blocks. What was sent before {@code System.exit}
     * arrives.
     *
     * @param message whatever can be sent
     * @return whether it is on its way; false when the channel has closed, or too much waits for listeners already: 32 MiB, or less where
     *     one of the two JVMs has a small heap
     * @throws IllegalArgumentException if it cannot be sent (the message says what and where), or is larger than {@code maxFrame}
     */
    public boolean send(Object message) {
        return sender.send(MessageSender.PRIMARY, message);
    }

    /** {@return completes when a {@link #send} that was refused is worth trying again; fails with {@link WorkerGoneException} when none will be} */
    public CompletableFuture<Void> writable() {
        return sender.writable("the primary");
    }

    /**
     * Sends a request to the primary, which answers with {@link Message#reply}.
     *
     * @param message as with {@link #send}
     * @param timeout for the answer, over zero
     * @return completes with the answer; fails with {@link java.util.concurrent.TimeoutException}, {@link WorkerGoneException}, or
     *     {@link RemoteException} when the handler threw
     * @throws IllegalArgumentException as with {@link #send}, or if the timeout is not positive
     */
    public CompletableFuture<Message> request(Object message, Duration timeout) {
        return sender.request(MessageSender.PRIMARY, "the primary", MessageSender.PRIMARY, message, timeout, true);
    }

    /**
     * Sends a message to another worker, through the primary.
     *
     * @param workerId its id
     * @param message as with {@link #send}
     * @return whether it is on its way; false as with {@link #send}, or if there is no such worker. One that ends meanwhile
     *     does not get it
     * @throws IllegalArgumentException as with {@link #send}
     */
    public boolean sendTo(int workerId, Object message) {
        ByteBuffer frame = sender.frame(workerId, message);
        return knows(workerId) && sender.send(frame);
    }

    /**
     * Sends a request to another worker, through the primary.
     *
     * @param workerId its id
     * @param message as with {@link #send}
     * @param timeout for the answer, over zero
     * @return as with {@link #request}; an unknown worker is a {@link WorkerGoneException}
     * @throws IllegalArgumentException as with {@link #request}
     */
    public CompletableFuture<Message> requestTo(int workerId, Object message, Duration timeout) {
        if (!knows(workerId)) {
            sender.frame(workerId, message); // what cannot be sent is refused in any case
            return CompletableFuture.failedFuture(new WorkerGoneException("there is no worker " + workerId));
        }
        return sender.request(workerId, "worker " + workerId, workerId, message, timeout, true);
    }

    private boolean knows(int workerId) {
        return workerId == id() || runtime.knows(workerId);
    }

    /**
     * Sends a message to all other workers, through the primary. When too much waits already, as with {@link #send}, it is dropped, with a warning.
     *
     * @param message as with {@link #send}
     * @throws IllegalArgumentException as with {@link #send}
     */
    public void broadcast(Object message) {
        sender.send(MessageFrame.ALL, message);
    }

    /**
     * Listens to messages, of the primary and of other workers ({@link Message#from}). Those that came before the first listener have
     * waited for it.
     *
     * @param listener runs on the thread of the hooks; one that throws is logged and harms nothing
     * @return closing it ends the listening
     */
    public Subscription onMessage(Consumer<Message> listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        runtime.mailbox().inbox().scheduleDelivery();
        return () -> listeners.remove(listener);
    }

    private void dispatch(MessageFrame letter) {
        Message message = new Message(letter, letter.peer(), sender);
        Throwable failure = null;
        for (Consumer<Message> listener : listeners) {
            try {
                listener.accept(message);
            } catch (Throwable e) {
                LOG.warn("{}: the listener {} threw on a {}; the worker goes on", this, listener.getClass().getName(), message.summary(), e);
                failure = failure != null ? failure : e;
            }
        }
        if (failure != null) {
            message.fail(failure);
        }
    }

    /**
     * Leaves the cluster in good order: no new connections, the running ones end, then the channel closes. Returns at once; what follows
     * is told by {@link #onDrain} and {@link #onDisconnect} hooks. Whether the process is replaced is the restart policy's business,
     * and when it ends, its own.
     */
    public void disconnect() {
        runtime.disconnect();
    }

    /** {@return whether the channel is open; true until a disconnect is complete or the primary is gone} */
    public boolean isConnected() {
        return runtime.isConnected();
    }

    /** {@return whether the end of this worker's service has begun: no new connections will come} */
    public boolean isDraining() {
        return runtime.isDraining();
    }

    /**
     * Ties heartbeats to the application: each one the primary sends ({@link HealthCheck#heartbeat()}) is answered only if this says true.
     * One that throws, or has not returned when its time is over, is a miss; while it runs it is not called again. Default: the channel's own
     * thread answers, which tells of the JVM alone.
     *
     * @param alive asked on a thread of its own; the last call wins
     */
    public void onHeartbeat(BooleanSupplier alive) {
        runtime.onHeartbeat(Objects.requireNonNull(alive, "onHeartbeat"));
    }

    /**
     * Adds what to do when the drain begins, whatever follows it: finish what runs, take no new work. The primary waits for its end, at
     * most as long as the drain time of the {@link StopPolicy} (20 s by default), with a common port or without, and also before a
     * disconnect.
     *
     * <p>This is the place to end what would not end by itself: WebSockets, event streams, long polls. Their clients connect again, and
     * get another worker; without a hook they keep the worker until the drain time is over, and are cut then.
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
     * @param hook runs once, on the thread of the listeners; after the drain time it is not waited for any longer
     * @throws NullPointerException if it is null
     */
    public void onDrain(Runnable hook) {
        runtime.onDrain(Objects.requireNonNull(hook, "onDrain hook"));
    }

    /**
     * Adds what to do before the process exits after a stop, or because the primary is gone; not after a {@link #disconnect}.
     *
     * <p>All stop hooks together, and the JVM's own shutdown hooks after them, have the kill time of the {@link StopPolicy} (5 s by default)
     * from the stop on, or 5 s when the primary is gone; then the process is killed, and the primary logs that. Where a drain hook still
     * runs at the stop, up to 4 s of that time go by before it is left behind: give long hooks a longer drain time. One that runs for
     * longer than 2 s is logged with its stack trace.
     *
     * @param hook runs once, on the thread of the listeners
     * @throws NullPointerException if it is null
     */
    public void onStop(Runnable hook) {
        runtime.onStop(Objects.requireNonNull(hook, "onStop hook"));
    }

    /**
     * Adds what to do after a disconnect, when {@link #isConnected()} has become false.
     *
     * @param hook runs once
     */
    public void onDisconnect(Runnable hook) {
        runtime.onDisconnect(Objects.requireNonNull(hook, "onDisconnect hook"));
    }

    /** {@return name and id} */
    @Override
    public String toString() {
        return environment.toString();
    }
}
