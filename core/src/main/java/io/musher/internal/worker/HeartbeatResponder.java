package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Answers the heartbeats of the primary, its liveness check: at once on the loop thread, or, if the application has
 * installed a check, when that check returns true. The check runs on a thread of its own.
 */
final class HeartbeatResponder {

    private static final Log LOG = Log.lazy("io.musher.WorkerContext");

    private static final int MAX_UNANSWERED = 64;

    private final String worker;
    private final EventLoop loop;
    private volatile @Nullable BooleanSupplier alive;
    private final List<String> unanswered = new ArrayList<>();
    private boolean asking;
    private boolean failureLogged; // the check has failed since it last passed, and that is logged

    HeartbeatResponder(String worker, EventLoop loop) {
        this.worker = worker;
        this.loop = loop;
    }

    void setCheck(BooleanSupplier check) {
        alive = check;
    }

    /** Handles a heartbeat; {@code answer} sends the reply. Both run on the loop thread. */
    void requested(String number, Consumer<String> answer) {
        BooleanSupplier check = alive;
        if (check == null) {
            answer.accept(number);
            return;
        }
        if (unanswered.size() == MAX_UNANSWERED) {
            unanswered.remove(0);
        }
        unanswered.add(number);
        if (!asking) {
            asking = true;
            DaemonThreads.start("musher-heartbeat", Thread.NORM_PRIORITY,
                    () -> runCheck(check, () -> unanswered.forEach(answer)));
        }
    }

    private void runCheck(BooleanSupplier check, Runnable sendAnswers) {
        boolean works = false;
        Throwable thrown = null;
        try {
            works = check.getAsBoolean();
        } catch (Throwable e) {
            thrown = e;
        }
        boolean passed = works;
        Throwable failure = thrown;
        loop.tryExecute(() -> completed(passed, failure, sendAnswers)); // no answer is due once the worker exits
    }

    private void completed(boolean works, @Nullable Throwable thrown, Runnable sendAnswers) {
        asking = false;
        if (works) {
            failureLogged = false;
            sendAnswers.run();
        }
        unanswered.clear();
        if (works) {
            return;
        }
        if (!failureLogged) {
            failureLogged = true;
            if (thrown == null) {
                LOG.warn("{}: the onHeartbeat check returned false; heartbeats are not answered", worker);
            } else {
                LOG.warn("{}: the onHeartbeat check threw; heartbeats are not answered", worker, thrown);
            }
        }
    }
}
