package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the primary's heartbeats: at once, on the channel's thread, or when the application says that it works, which it is asked
 * on a thread of its own.
 */
final class HeartbeatResponder {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.WorkerContext");

    private static final int MAX_UNANSWERED = 64;

    private final String worker;
    private final EventLoop loop;
    private volatile BooleanSupplier alive;
    private final List<String> unanswered = new ArrayList<>();
    private boolean asking;
    private boolean slowLogged;

    HeartbeatResponder(String worker, EventLoop loop) {
        this.worker = worker;
        this.loop = loop;
    }

    void setCheck(BooleanSupplier application) {
        alive = application;
    }

    /** On the loop's thread, as the answer. */
    void requested(String number, Consumer<String> answer) {
        BooleanSupplier application = alive;
        if (application == null) {
            answer.accept(number);
            return;
        }
        if (unanswered.size() == MAX_UNANSWERED) {
            unanswered.remove(0);
        }
        unanswered.add(number);
        if (!asking) {
            asking = true;
            DaemonThreads.start("musher-heartbeat", Thread.NORM_PRIORITY, () -> runCheck(application, () -> unanswered.forEach(answer)));
        }
    }

    private void runCheck(BooleanSupplier application, Runnable yes) {
        boolean works = false;
        Throwable thrown = null;
        try {
            works = application.getAsBoolean();
        } catch (Throwable e) {
            thrown = e;
        }
        boolean answers = works;
        Throwable trouble = thrown;
        try {
            loop.execute(() -> completed(answers, trouble, yes));
        } catch (RejectedExecutionException e) {
            LOG.trace("{}: ends", worker);
        }
    }

    private void completed(boolean works, Throwable thrown, Runnable yes) {
        asking = false;
        if (works) {
            slowLogged = false;
            yes.run();
        }
        unanswered.clear();
        if (works) {
            return;
        }
        if (!slowLogged) {
            slowLogged = true;
            LOG.warn("{}: onHeartbeat {}; the primary gets no answer", worker, thrown == null ? "said false" : "threw", thrown);
        }
    }
}
