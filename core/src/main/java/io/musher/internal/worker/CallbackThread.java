package io.musher.internal.worker;

import io.musher.WorkerContext;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.ipc.ListenerThread;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that runs user code for the cluster: jobs in order, one at a time, each guarded.
 *
 * <p>A job that hangs can be left behind: what waits after it runs on a new thread, and the old one ends when the job returns.
 * Where there are messages the thread leads the channel's loop while it has nothing else to do, so that a message reaches its listener on
 * the thread that has read it. Safe for use by several threads.
 */
final class CallbackThread implements EventLoop.BorrowingThread {

    /** How far the worker's life has come; a job of an earlier phase may be left behind by a later one. */
    enum Phase { MESSAGE, DRAIN, DISCONNECT, STOP }

    /** Something to run. */
    record Job(Phase phase, String what, Runnable code) { }

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.WorkerContext");
    private static final OperatorLog OPERATOR = new OperatorLog(WorkerContext.class);

    /** Who lost the lead has slow listeners, and does not try again at once. */
    private static final long LEAD_AGAIN_NANOS = 100_000_000L;
    private static final Job LEAD = new Job(Phase.MESSAGE, "the channel", () -> { });

    private final String worker;
    private final EventLoop loop;
    private final Queue<Job> jobs = new ArrayDeque<>();
    private volatile ListenerThread runner;
    private volatile long steps; // the runner's
    private Job running;
    private boolean ended;
    private boolean messages;
    private boolean leads;
    private long mayLeadAt = System.nanoTime();

    CallbackThread(String worker, EventLoop loop) {
        this.worker = worker;
        this.loop = loop;
    }

    synchronized void execute(Job job) {
        if (ended) {
            return;
        }
        jobs.add(job);
        if (leads && !isRunner()) {
            wake();
        }
        notifyAll();
        if (runner == null) {
            startRunner();
        }
    }

    /** {@return what runs now, or null} */
    synchronized Job running() {
        return running;
    }

    /** Asked between the steps of a long job, on its thread. {@return false when it was left behind} */
    boolean mayContinue() {
        boolean mine = isRunner();
        if (mine) {
            steps = steps + 1;
        }
        return mine;
    }

    /** {@return a count that stands still while one step takes its time} */
    long steps() {
        return steps;
    }

    /** {@return whether nothing runs or waits} */
    synchronized boolean isIdle() {
        return running == null && jobs.isEmpty();
    }

    /** Logs where a job is stuck. */
    synchronized void logSlow(Job job) {
        if (running == job && !ended) {
            Throwable place = new Throwable("it is here");
            place.setStackTrace(runner.getStackTrace());
            LOG.warn("{}: {} still runs, {} more wait for it", worker, job.what, jobs.size(), place);
        }
    }

    /** Goes on without a job, if that is what runs. */
    synchronized void leaveBehind(Job job) {
        if (running == job && !ended) {
            OPERATOR.warn("{}: goes on without waiting for {}", worker, job.what);
            running = null;
            startRunner();
        }
    }

    /** Begins no job any more; the thread ends when the one that runs returns. */
    synchronized void end() {
        ended = true;
        runner = null;
        jobs.clear();
        notifyAll();
    }

    private void startRunner() {
        leads = false;
        runner = new ListenerThread(this::run, "musher-listeners");
        runner.start();
    }

    private void wake() {
        try {
            loop.execute(() -> { });
        } catch (RejectedExecutionException e) {
            LOG.trace("{}: ends", worker);
        }
    }

    private void run() {
        for (Job job; (job = await()) != null;) {
            if (job == LEAD) {
                loop.lead(this);
                noLead();
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
                logSlow(job, e);
            }
        });
    }

    private void logSlow(Job job, Throwable thrown) {
        try {
            OPERATOR.warn("{}: {} threw; the worker goes on", worker, job.what, thrown);
        } catch (Throwable again) { // an exception that cannot even be printed
            OPERATOR.warn("{}: {} threw a {}; the worker goes on", worker, job.what, thrown.getClass().getName());
        }
    }

    /** {@return the next job, or null for a thread that was left behind or has nothing more to do} */
    private synchronized Job await() {
        while (isRunner()) {
            Job next = next();
            if (next != null) {
                return next;
            } else if (messages && System.nanoTime() - mayLeadAt >= 0) {
                leads = true;
                return LEAD;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                LOG.trace("{}: cannot be, the thread ignores it", worker);
            }
        }
        return null;
    }

    private boolean isRunner() {
        return Thread.currentThread() == runner;
    }

    private synchronized Job next() {
        if (!isRunner()) {
            return null;
        }
        running = jobs.poll();
        messages |= running != null && running.phase == Phase.MESSAGE;
        return running;
    }

    private synchronized void noLead() {
        if (isRunner()) {
            leads = false;
            mayLeadAt = System.nanoTime() + LEAD_AGAIN_NANOS;
        }
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
