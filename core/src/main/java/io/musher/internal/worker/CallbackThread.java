package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.LoopBorrower;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.dispatch.ListenerThread;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Runs hooks and message listeners of the application on one thread: jobs in order, one at a time; exceptions are
 * logged.
 *
 * <p>A job that hangs can be abandoned: later jobs run on a new thread, and the old thread ends when the job returns.
 * Once the worker has received a message, the idle thread runs the channel's event loop itself (see
 * {@link EventLoop#lend}), so that a message is read and delivered without a hand-off. Thread-safe.
 */
final class CallbackThread implements EventLoop.BorrowingThread {

    /** The phases of the worker's lifecycle. A hanging job may be abandoned once a later phase has begun. */
    enum Phase {
        MESSAGE, DRAIN, DISCONNECT, STOP
    }

    /** Code to run, with its phase and a description for the log. */
    record Job(Phase phase, String what, Runnable code) {}

    private static final Log LOG = Log.lazy("io.musher.WorkerContext");
    private static final OperatorLog OPERATOR = new OperatorLog("io.musher.WorkerContext");

    private static final Job LEAD = new Job(Phase.MESSAGE, "the channel", () -> {});

    private final String worker;
    private final LoopBorrower loop;
    private final Queue<Job> jobs = new ArrayDeque<>();
    private volatile @Nullable ListenerThread runner;
    private volatile long steps; // written by the runner only
    private @Nullable Job running;
    private boolean ended;
    private boolean messages;

    CallbackThread(String worker, EventLoop loop) {
        this.worker = worker;
        this.loop = new LoopBorrower(loop);
    }

    synchronized void execute(Job job) {
        if (ended) {
            return;
        }
        jobs.add(job);
        loop.wake();
        notifyAll();
        if (runner == null) {
            startRunner();
        }
    }

    /** {@return the running job, or null} */
    synchronized @Nullable Job running() {
        return running;
    }

    /** Counts a step of a long job; called on its thread, between steps. {@return false if the job was abandoned} */
    boolean mayContinue() {
        boolean mine = isRunner();
        if (mine) {
            steps = steps + 1;
        }
        return mine;
    }

    /** {@return the number of steps so far, which does not change while a step hangs} */
    long steps() {
        return steps;
    }

    /** {@return whether no job is running or queued} */
    synchronized boolean isIdle() {
        return running == null && jobs.isEmpty();
    }

    /** Logs that a job still runs, with its stack trace. */
    synchronized void logSlow(Job job) {
        ListenerThread thread = runner;
        if (running == job && thread != null && !ended) {
            Throwable place = new Throwable("current stack");
            place.setStackTrace(thread.getStackTrace());
            LOG.warn("{}: {} still runs, {} more jobs wait for it; see where it hangs", worker, job.what, jobs.size(),
                    place);
        }
    }

    /**
     * Abandons a job, if it is still running, and runs the next jobs on a new thread. The messages behind a hanging
     * message listener are delivered after the jobs that wait already: hooks have a deadline.
     */
    synchronized void abandon(Job job) {
        if (running == job && !ended) {
            OPERATOR.warn("{}: {} hangs: abandoned; later hooks and messages run on a new thread", worker, job.what);
            if (job.phase == Phase.MESSAGE) {
                jobs.add(job);
            }
            running = null;
            startRunner();
        }
    }

    /** Discards queued jobs; the thread ends when the running job returns. */
    synchronized void end() {
        ended = true;
        runner = null;
        jobs.clear();
        notifyAll();
    }

    private void startRunner() {
        ListenerThread thread = new ListenerThread(this::run, "musher-listeners");
        runner = thread;
        thread.start();
    }

    private void run() {
        for (Job job; (job = await()) != null;) {
            if (job == LEAD) {
                loop.borrow(this);
            } else {
                perform(job);
            }
        }
    }

    private void perform(Job job) {
        ListenerThread.listen(() -> {
            try {
                job.code.run();
            } catch (Throwable e) {
                logThrown(job, e);
            }
        });
    }

    /** Logs an exception that a job has thrown. */
    private void logThrown(Job job, Throwable thrown) {
        try {
            OPERATOR.warn("{}: {} threw; the worker continues", worker, job.what, thrown);
        } catch (Throwable again) { // the exception cannot be printed
            OPERATOR.warn("{}: {} threw a {}; the worker continues", worker, job.what, thrown.getClass().getName());
        }
    }

    /** Waits for a job. {@return the next job, or null if the calling thread was replaced or this has ended} */
    private synchronized @Nullable Job await() {
        while (isRunner()) {
            Job next = next();
            if (next != null) {
                return next;
            } else if (messages && loop.mayBorrow()) {
                return LEAD;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                LOG.trace("{}: ignored an interrupt of the idle callback thread", worker);
            }
        }
        return null;
    }

    private boolean isRunner() {
        return Thread.currentThread() == runner;
    }

    private synchronized @Nullable Job next() {
        if (!isRunner()) {
            return null;
        }
        running = jobs.poll();
        messages |= running != null && running.phase == Phase.MESSAGE;
        return running;
    }

    @Override
    public synchronized boolean hasWork() {
        return !jobs.isEmpty();
    }

    @Override
    public boolean work() {
        for (Job job; (job = next()) != null;) {
            perform(job);
        }
        synchronized (this) {
            return isRunner();
        }
    }
}
