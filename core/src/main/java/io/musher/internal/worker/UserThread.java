package io.musher.internal.worker;

import java.util.ArrayDeque;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that runs user code for the cluster: jobs in order, one at a time, each guarded.
 *
 * <p>A job that hangs can be left behind: what waits after it runs on a new thread, and the old one ends when the job returns.
 * Safe for use by several threads.
 */
final class UserThread {

    /** How far the worker's life has come; a job of an earlier phase may be left behind by a later one. */
    enum Phase { MESSAGE, DRAIN, DISCONNECT, STOP }

    /** Something to run. */
    record Job(Phase phase, String what, Runnable code) { }

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.WorkerContext");

    private final String worker;
    private final Queue<Job> jobs = new ArrayDeque<>();
    private Thread runner;
    private Job running;
    private boolean ended;

    UserThread(String worker) {
        this.worker = worker;
    }

    synchronized void execute(Job job) {
        if (ended) {
            return;
        }
        jobs.add(job);
        notifyAll();
        if (runner == null) {
            startRunner();
        }
    }

    /** {@return what runs now, or null} */
    synchronized Job running() {
        return running;
    }

    /** {@return whether nothing runs or waits} */
    synchronized boolean isIdle() {
        return running == null && jobs.isEmpty();
    }

    /** Logs where a job is stuck. */
    synchronized void complain(Job job) {
        if (running == job && !ended) {
            Throwable place = new Throwable("it is here");
            place.setStackTrace(runner.getStackTrace());
            LOG.warn("{}: {} still runs, {} more wait for it", worker, job.what, jobs.size(), place);
        }
    }

    /** Goes on without a job, if that is what runs. */
    synchronized void leaveBehind(Job job) {
        if (running == job && !ended) {
            LOG.warn("{}: goes on without waiting for {}", worker, job.what);
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
        runner = new Thread(this::run, "musher-listeners");
        runner.setDaemon(true);
        runner.start();
    }

    private void run() {
        for (Job job; (job = next()) != null;) {
            try {
                job.code.run();
            } catch (Throwable e) {
                LOG.warn("{}: {} threw; the worker goes on", worker, job.what, e);
            }
        }
    }

    /** {@return the next job, or null for a thread that was left behind or has nothing more to do} */
    private synchronized Job next() {
        while (Thread.currentThread() == runner) {
            running = jobs.poll();
            if (running != null) {
                return running;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                LOG.trace("{}: a job left its thread interrupted", worker);
            }
        }
        return null;
    }
}
