package io.musher.internal.supervisor;

import io.musher.balancer.loop.Nullable;
import java.util.Optional;

/** Fails the future of {@code start()}. All started workers have ended by the time that future completes. */
public final class StartFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient @Nullable Incarnation worker;

    StartFailure(String message, @Nullable Incarnation worker, @Nullable Throwable cause) {
        super(message, cause);
        this.worker = worker;
    }

    /** {@return the worker that failed; empty if the cluster was stopped during the start} */
    public Optional<Incarnation> worker() {
        return Optional.ofNullable(worker);
    }
}
