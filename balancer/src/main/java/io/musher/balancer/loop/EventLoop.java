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
 * NIO event loop: one daemon thread with a selector, a task queue and timers; dispatches the events of registered
 * channels.
 *
 * <p>{@link #execute}, {@link #tryExecute}, {@link #close}, {@link #isClosed}, {@link #inLoop} and {@link #join} may be
 * called from any thread, all other methods only from the loop's thread (asserted). The thread sleeps in the selector
 * until an event, a task or a deadline; it does not poll. States: created → running → closing (queued tasks still run)
 * → closed (with all channels).
 */
public final class EventLoop implements Executor {

    /** Handles the events of a registered channel. */
    public interface Handler {

        /**
         * Called when the channel is ready for an operation of its interest set.
         *
         * @param key the channel's key, valid
         * @throws IOException passed to {@link #failed}, as is any other exception
         */
        void ready(SelectionKey key) throws IOException;

        /**
         * Called when {@link #ready} threw. Must close the channel; other channels are not affected.
         *
         * @param failure the exception
         */
        void failed(Throwable failure);

        /** {@return whether the loop closes the channel when it ends; default true} */
        default boolean ownsChannel() {
            return true;
        }
    }

    /** Runs the loop on a thread other than the loop's own, see {@link #lend}. */
    public interface BorrowingThread {

        /** {@return whether there is work for {@link #work}; cheap} */
        boolean hasWork();

        /**
         * Does the pending work. May take any time: after 1 to 2 ms the loop's own thread resumes control. Must not
         * throw.
         *
         * @return whether the thread wants to continue to run the loop
         */
        boolean work();
    }

    private static final Log LOG = Log.lazy("io.musher.balancer.loop.EventLoop");
    private static final OperatorLog OPERATOR = new OperatorLog(EventLoop.class);

    /**
     * 146 years: deadlines are compared by subtraction, which is valid for differences of up to half the range of long.
     */
    private static final long LONGEST_DELAY = Long.MAX_VALUE / 2;

    /**
     * A select that ends so much after the next deadline was not delayed by load alone; channels are read once more
     * before timers run.
     */
    private static final long OVERSLEPT_NANOS = 20_000_000L;

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
    private volatile Consumer<Throwable> whenFailed = cause -> {};
    private boolean timeStale;
    private @Nullable Throwable failure; // of a turn, on either thread
    private long now;

    /**
     * Opens the selector; {@link #start} starts the thread.
     *
     * @param name the thread's name
     * @param ticker the clock
     * @throws IOException if no selector can be opened (usually: out of file descriptors)
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
     * Sets the action for a loop that ends by a failure of its own, such as an {@link OutOfMemoryError}, and not by
     * {@link #close}; default none. Exceptions of handlers and tasks do not end the loop.
     *
     * @param action runs on the loop's thread with the failure, after the loop is closed
     */
    public void whenFailed(Consumer<Throwable> action) {
        whenFailed = action;
    }

    /** Starts the thread; may be called once. */
    public void start() {
        thread.start();
    }

    /**
     * Queues a task, which runs on the loop's thread in the order of the calls. An exception of the task is logged.
     *
     * @throws RejectedExecutionException if the loop is closed
     */
    @Override
    public void execute(Runnable task) {
        if (!tryExecute(task)) {
            throw new RejectedExecutionException(name + " is closed");
        }
    }

    /**
     * Queues a task as {@link #execute} does, unless the loop is closed.
     *
     * @param task what to run
     * @return false if the loop is closed; the task never runs then
     */
    public boolean tryExecute(Runnable task) {
        tasks.add(task);
        // the loop sets `closed`, then empties the queue a last time: it either sees the task, or this call removes it
        if (closed && tasks.remove(task)) {
            return false;
        }
        if (asleep && !inLoop()) {
            asleep = false;
            selector.wakeup();
        }
        return true;
    }

    /**
     * Schedules a task, which runs once on the loop's thread after a delay.
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
     * Cancels a timer; ignores null and timers that ran.
     *
     * @param timer the handle, or null
     */
    public void cancel(@Nullable Timers.Timer timer) {
        assert inLoop() : name;
        timers.cancel(timer);
    }

    /**
     * Registers a non-blocking channel.
     *
     * @param channel the channel
     * @param ops the initial interest set
     * @param handler handles the channel's events
     * @return the channel's key
     * @throws IOException if the channel is closed
     */
    public SelectionKey register(SelectableChannel channel, int ops, Handler handler) throws IOException {
        assert inLoop() : name;
        return channel.register(selector, ops, handler);
    }

    /**
     * Closes a channel: cancels its key now, and closes the channel after the next select. A channel that its handler
     * does not own stays open.
     *
     * <p>Closing a channel that is still registered takes two more system calls (the JDK shuts it down first because
     * the close itself has to wait for the selector), so the channel is closed after the selector has deregistered it.
     *
     * @param channel the channel
     * @param key the channel's key with this loop, or null if it was never registered; the channel is closed at once
     *     then
     */
    public void discard(Channel channel, @Nullable SelectionKey key) {
        assert inLoop() : name;
        if (key != null) {
            key.cancel();
            if (((Handler) key.attachment()).ownsChannel()) {
                leaving.add(channel);
            }
        } else {
            closeQuietly(channel);
        }
    }

    /** {@return a copy of the handlers of all valid keys, empty when the loop has ended} */
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

    /** {@return the time in nanoseconds, as read in this turn of the loop; cheap, only for the loop's thread} */
    public long now() {
        return now;
    }

    /** {@return whether the calling thread runs this loop: the loop's own thread, or one inside {@link #lend}} */
    public boolean inLoop() {
        return ownership.isMine();
    }

    /**
     * Lends this loop to the calling thread, which runs it. That avoids a hand-off between threads if the borrower
     * processes what the loop reads: its work is done in the turn that read the data, before the tasks. If the work
     * takes more than 1 to 2 ms, the loop's own thread resumes control, so that nothing else waits for the work.
     * Returns when control was lost or given up; at once if another thread has it or the loop ends.
     *
     * @param borrower does the work
     */
    public void lend(BorrowingThread borrower) {
        if (!ownership.take(selector::wakeup, () -> closing)) {
            return;
        }
        boolean hasControl = true;
        try {
            hasControl = !borrower.hasWork() || ownership.work(borrower);
            while (hasControl && !closing) {
                hasControl = turn(borrower);
            }
        } catch (Throwable e) {
            failure = e;
        }
        if (hasControl) {
            ownership.release();
        }
    }

    /** {@return whether the loop has ended} */
    public boolean isClosed() {
        return closed;
    }

    /** Requests shutdown: tasks queued so far run, then all channels are closed. Idempotent, does not wait. */
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
     * Waits until the thread has ended; returns false at once when called from the loop itself. An interrupt does not
     * shorten the wait; the interrupt flag is restored.
     *
     * @param millis the longest time to wait
     * @return whether the thread has ended
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
        Throwable cause = failure;
        if (cause != null) {
            logFailure("the event loop failed; its connections are closed", cause);
        }
        try {
            closeAll();
        } catch (Throwable e) {
            logFailure("some channels could not be closed", e);
        }
        closed = true;
        guarded(this::runTasks);
        if (cause != null) {
            guarded(() -> whenFailed.accept(cause));
        }
    }

    private void closeAll() {
        closing = true;
        if (selector.isOpen()) {
            for (SelectionKey key : selector.keys()) {
                if (((Handler) key.attachment()).ownsChannel()) {
                    closeQuietly(key.channel());
                }
            }
        }
        leaving.forEach(EventLoop::closeQuietly);
        left.forEach(EventLoop::closeQuietly);
        closeQuietly(selector);
    }

    /** Logs an error; ignores a failure of logging itself, such as out of memory, so that the loop continues. */
    private void logFailure(String what, Throwable e) {
        try {
            OPERATOR.error("{}: {}", name, what, e);
        } catch (Throwable again) {
            return;
        }
    }

    /**
     * Runs one turn: select, timers, the borrower's work, tasks.
     *
     * @return false if the calling thread has lost control
     */
    private boolean turn(@Nullable BorrowingThread borrower) throws IOException {
        boolean overslept = false;
        asleep = true;
        // a task may have added work
        if (!tasks.isEmpty() || !leaving.isEmpty() || borrower != null && borrower.hasWork()) {
            asleep = false;
            selector.selectNow(dispatchTurn());
        } else {
            Thread.interrupted(); // a task may have set the flag, and the selector would not sleep then
            long begun = ticker.nanos();
            long wait = timers.untilNext(begun);
            if (wait == 0) {
                selector.selectNow(dispatchTurn());
            } else if (wait < 0) {
                selector.select(dispatchTurn());
            } else {
                selector.select(dispatchTurn(), (wait + 999_999) / 1_000_000);
                overslept = ticker.nanos() - begun - wait > OVERSLEPT_NANOS;
            }
            asleep = false;
        }
        closeLeft();
        if (overslept) { // the process was halted, and its select may have ended without a look at the channels
            selector.selectNow(dispatchTurn());
            closeLeft();
        }
        runTimers();
        if (borrower != null && borrower.hasWork() && !ownership.work(borrower)) {
            return false;
        }
        runTasks();
        return true;
    }

    /**
     * Swaps the queues: this select deregisters channels discarded before it; those discarded during it wait for the
     * next.
     */
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
                logFailure("a handler threw while it handled a failure", again);
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

    /** Runs the tasks queued before this call, so that a task which queues itself does not starve the selector. */
    private void runTasks() {
        if (tasks.isEmpty()) {
            return;
        }
        now = ticker.nanos();
        Runnable end = () -> {};
        tasks.add(end);
        for (Runnable task; (task = tasks.poll()) != end && task != null;) {
            guarded(task);
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            logFailure("a task threw", e);
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
