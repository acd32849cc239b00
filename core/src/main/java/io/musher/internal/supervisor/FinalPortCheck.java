package io.musher.internal.supervisor;

import io.musher.balancer.loop.Nullable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Checks before a rollout reports success that the ports of all workers it has started still accept connections. A port
 * that is not checked in time counts as accepting.
 */
final class FinalPortCheck {

    /** A little more than a connection attempt may take. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final WorkerRegistry registry;
    private final ResettableTimer timer;
    private final Consumer<Incarnation> onRefusal;
    /** The workers whose ports are being checked; null if no check is running. */
    private @Nullable List<Incarnation> workers;
    private int unchecked;
    private boolean passed;

    /** @param onRefusal receives the first worker that refuses connections */
    FinalPortCheck(WorkerRegistry registry, Consumer<Incarnation> onRefusal) {
        this.registry = registry;
        this.timer = registry.newTimer();
        this.onRefusal = onRefusal;
    }

    /** {@return whether the check has passed, or there is no port to check; starts a check if none is running} */
    boolean isPassed(List<Incarnation> started) {
        if (passed || workers != null) {
            return passed;
        }
        workers = started;
        unchecked = 0;
        for (Incarnation worker : started) {
            unchecked += worker.handle().checkPort(registry.inTurn(() -> portChecked(started))) ? 1 : 0;
        }
        if (unchecked == 0) {
            workers = null;
            return true;
        }
        timer.set(TIMEOUT, () -> finish(started));
        return false;
    }

    private void portChecked(List<Incarnation> checked) {
        if (workers == checked && --unchecked == 0) {
            finish(checked);
        }
    }

    private void finish(List<Incarnation> checked) {
        cancel();
        Optional<Incarnation> refusing = checked.stream()
                .filter(worker -> worker.readiness.isPortRefusing() && worker.slot.serving == worker).findFirst();
        passed = refusing.isEmpty();
        refusing.ifPresent(onRefusal);
    }

    /** Forgets the result, which is valid for one step only, but not a check that is running. */
    void expire() {
        passed = false;
    }

    void cancel() {
        workers = null;
        passed = false;
        timer.cancel();
    }
}
