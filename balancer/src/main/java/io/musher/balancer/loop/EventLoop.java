package io.musher.balancer.loop;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.Channel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * One daemon thread with one selector, one queue of tasks and timers: the owner of whatever is registered with it.
 *
 * <p>{@link #execute}, {@link #close}, {@link #isClosed}, {@link #inLoop} and {@link #join} may be called from any thread,
 * all else from the loop's own (asserted). The thread sleeps in the selector until a channel, a task or a deadline needs
 * it; nothing ticks. States: created → running → closing (queued tasks still run) → closed (channels and selector are).
 */
public final class EventLoop implements Executor {

    /** What a registered channel's events go to. */
    public interface Handler {

        /**
         * The channel is ready for something it is interested in.
         *
         * @param key a valid key
         * @throws IOException reported to {@link #failed}
         */
        void ready(SelectionKey key) throws IOException;

        /**
         * {@link #ready} threw; close what belongs to this channel, nothing else is disturbed.
         *
         * @param failure what it threw
         */
        void failed(Throwable failure);
    }

    /** Whoever runs the loop on a thread of its own, see {@link #lead}. */
    public interface BorrowingThread {

        /** {@return whether there is work to do; cheap} */
        boolean hasWork();

        /**
         * Does what there is to do, for however long: after a millisecond or two the loop goes on without this thread. Throws nothing.
         *
         * @return whether the thread wants to go on leading
         */
        boolean work();
    }

    private static final Log LOG = Log.of(EventLoop.class);
    private static final OperatorLog OPERATOR = new OperatorLog(EventLoop.class);

    /** Deadlines compare by subtraction, so they must not be further apart than half of all longs; 146 years is never. */
    private static final long LONGEST_DELAY = Long.MAX_VALUE / 2;

    private final String name;
    private final Ticker ticker;
    private final Selector selector;
    private final Thread thread;
    private final LoopOwnership ownership;
    private final Timers timers = new Timers();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Consumer<SelectionKey> dispatch = this::dispatch;
    private ArrayDeque<Channel> leaving = new ArrayDeque<>();
    private ArrayDeque<Channel> left = new ArrayDeque<>();
    private volatile boolean asleep;
    private volatile boolean closing;
    private volatile boolean closed;
    private volatile Consumer<Throwable> whenFailed = cause -> { };
    private boolean timeStale;
    private Throwable failure; // of a guest's turn
    private long now;

    /**
     * Opens the selector; {@link #start} runs the thread.
     *
     * @param name the thread's name
     * @param ticker the clock
     * @throws IOException when no selector can be had (usually: out of descriptors)
     */
    public EventLoop(String name, Ticker ticker) throws IOException {
        this.name = name;
        this.ticker = ticker;
        this.selector = Selector.open();
        this.now = ticker.nanos();
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        this.ownership = new LoopOwnership(thread);
    }

    /**
     * Says what is to happen when the loop ends by a failure of its own, such as an {@link OutOfMemoryError}; not by {@link #close}. Handlers
     * and tasks that throw do not end it.
     *
     * @param action runs on the loop's thread, last, when the loop is closed
     */
    public void whenFailed(Consumer<Throwable> action) {
        whenFailed = action;
    }

    /** Starts the thread; once only. */
    public void start() {
        thread.start();
    }

    /**
     * Runs a task on the loop's thread, in the order of the calls.
     *
     * @throws RejectedExecutionException when the loop is closed
     */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        // the loop reads `closed` and then empties the queue a last time: either it sees the task, or we take it back
        if (closed && tasks.remove(task)) {
            throw new RejectedExecutionException(name + " is closed");
        }
        if (asleep && !inLoop()) {
            asleep = false;
            selector.wakeup();
        }
    }

    /**
     * Runs a task after a delay, on the loop's thread.
     *
     * @param delayNanos nanoseconds from now
     * @param task what to run
     * @return a handle for {@link #cancel}
     */
    public Timers.Timer schedule(long delayNanos, Runnable task) {
        assert inLoop() : name;
        return timers.set(ticker.nanos() + Math.min(delayNanos, LONGEST_DELAY), task);
    }

    /**
     * Forgets a timer; null and timers that ran are ignored.
     *
     * @param timer the handle
     */
    public void cancel(Timers.Timer timer) {
        assert inLoop() : name;
        timers.cancel(timer);
    }

    /**
     * Registers a non-blocking channel.
     *
     * @param channel the channel
     * @param ops its first interest
     * @param handler where its events go
     * @return its key
     * @throws IOException when the channel is closed
     */
    public SelectionKey register(SelectableChannel channel, int ops, Handler handler) throws IOException {
        assert inLoop() : name;
        return channel.register(selector, ops, handler);
    }

    /**
     * Gives a channel up: its key is cancelled now, the channel closed within this turn of the loop.
     *
     * <p>Closing a channel that is still registered costs two more system calls (the JDK shuts it down first because the
     * close itself has to wait for the selector), so the close comes after the selector has let go.
     *
     * @param channel the channel
     * @param key its key with this loop, or null when it was never registered
     */
    public void discard(Channel channel, SelectionKey key) {
        assert inLoop() : name;
        if (key != null) {
            key.cancel();
            leaving.add(channel);
        } else {
            closeQuietly(channel);
        }
    }

    /** {@return the handlers of all valid keys; a copy, empty when the loop has ended} */
    public List<Handler> handlers() {
        assert inLoop() : name;
        if (!selector.isOpen()) {
            return List.of();
        }
        List<Handler> handlers = new ArrayList<>(selector.keys().size());
        for (SelectionKey key : selector.keys()) {
            if (key.isValid()) {
                handlers.add((Handler) key.attachment());
            }
        }
        return handlers;
    }

    /** {@return the clock as read when this turn began; cheap, for the loop's own thread} */
    public long now() {
        return now;
    }

    /** {@return whether the caller is the loop's thread, or leads it} */
    public boolean inLoop() {
        return ownership.isMine();
    }

    /**
     * Runs this loop on the calling thread, for a thread that lives from what the loop reads and would have to be woken for it: its work
     * is done in the turn that brought it, before the tasks. Work that takes more than a millisecond or two costs it the lead; the loop's
     * own thread goes on then, and so nothing waits for the work but its worker. Returns when the lead is lost or was given up, at once when it
     * cannot be had.
     *
     * @param guest has the work
     */
    public void lead(BorrowingThread guest) {
        if (!ownership.take(selector::wakeup, () -> closing)) {
            return;
        }
        boolean leads = true;
        try {
            leads = !guest.hasWork() || ownership.work(guest);
            while (leads && !closing) {
                leads = turn(guest);
            }
        } catch (Throwable e) {
            failure = e;
        }
        if (leads) {
            ownership.release();
        }
    }

    /** {@return whether the loop has ended} */
    public boolean isClosed() {
        return closed;
    }

    /** Asks the loop to end: tasks queued so far run, then all channels are closed. Idempotent, does not wait. */
    public void close() {
        closing = true;
        if (thread.getState() == Thread.State.NEW) {
            closed = true;
            closeQuietly(selector);
            return;
        }
        selector.wakeup();
        ownership.wakeOwn();
    }

    /**
     * Waits until the thread has ended; at once when called from the loop itself.
     *
     * @param millis at most so long
     * @return whether it has ended
     */
    public boolean join(long millis) {
        if (inLoop()) {
            return false;
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (thread.isAlive() && deadline - System.nanoTime() > 0) {
            try {
                thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private void run() {
        if (closed) {
            return; // closed before it started
        }
        try {
            while (!closing && failure == null) {
                turn(null);
                ownership.pass(() -> closing);
            }
            runTasks();
        } catch (Throwable e) {
            failure = e;
        }
        if (failure != null) {
            complain("the event loop ended by a failure; its connections are closed", failure);
        }
        try {
            closeAll();
        } catch (Throwable e) {
            complain("not everything could be closed", e);
        }
        closed = true;
        guarded(this::runTasks);
        if (failure != null) {
            guarded(() -> whenFailed.accept(failure));
        }
    }

    private void closeAll() {
        closing = true;
        if (selector.isOpen()) {
            for (SelectionKey key : selector.keys()) {
                closeQuietly(key.channel());
            }
        }
        leaving.forEach(EventLoop::closeQuietly);
        left.forEach(EventLoop::closeQuietly);
        closeQuietly(selector);
    }

    /** Where there is no memory left, the line itself may fail; the loop goes on. */
    private void complain(String what, Throwable e) {
        try {
            OPERATOR.error("{}: {}", name, what, e);
        } catch (Throwable again) {
            return;
        }
    }

    /** {@return whether the thread is to go on} */
    private boolean turn(BorrowingThread guest) throws IOException {
        asleep = true;
        if (!tasks.isEmpty() || !leaving.isEmpty() || guest != null && guest.hasWork()) { // a task may have given it some
            asleep = false;
            selector.selectNow(dispatchTurn());
        } else {
            Thread.interrupted(); // a task may have left the flag set, and the selector would not sleep any more
            long wait = timers.untilNext(ticker.nanos());
            if (wait == 0) {
                selector.selectNow(dispatchTurn());
            } else if (wait < 0) {
                selector.select(dispatchTurn());
            } else {
                selector.select(dispatchTurn(), (wait + 999_999) / 1_000_000);
            }
            asleep = false;
        }
        closeLeft();
        runTimers();
        if (guest != null && guest.hasWork() && !ownership.work(guest)) {
            return false;
        }
        runTasks();
        return true;
    }

    /** What left before this select is deregistered by it; what leaves during it is not, and waits for the next. */
    private Consumer<SelectionKey> dispatchTurn() {
        ArrayDeque<Channel> gone = leaving;
        leaving = left;
        left = gone;
        timeStale = true;
        return dispatch;
    }

    private void closeLeft() {
        for (Channel channel; (channel = left.poll()) != null;) {
            closeQuietly(channel);
        }
    }

    private void dispatch(SelectionKey key) {
        if (timeStale) {
            timeStale = false;
            now = ticker.nanos();
        }
        Handler handler = (Handler) key.attachment();
        try {
            if (key.isValid()) {
                handler.ready(key);
            }
        } catch (CancelledKeyException e) {
            LOG.trace("{}: event for a channel closed in the same turn", name);
        } catch (Throwable e) {
            try {
                handler.failed(e);
            } catch (Throwable again) {
                complain("a handler failed while it handled a failure", again);
            }
        }
    }

    private void runTimers() {
        if (timers.isEmpty()) {
            return;
        }
        now = ticker.nanos();
        for (Runnable task; (task = timers.takeDue(now)) != null;) {
            guarded(task);
        }
    }

    /** Runs what was queued when it began, so that a task which queues itself does not starve the selector. */
    private void runTasks() {
        if (tasks.isEmpty()) {
            return;
        }
        now = ticker.nanos();
        Runnable end = () -> { };
        tasks.add(end);
        for (Runnable task; (task = tasks.poll()) != end && task != null;) {
            guarded(task);
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            complain("a task failed", e);
        }
    }

    private static void closeQuietly(java.io.Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            LOG.trace("close failed", e);
        }
    }
}
