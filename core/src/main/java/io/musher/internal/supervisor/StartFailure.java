package io.musher.internal.supervisor;

import java.util.Optional;

/** Why {@code start()} failed; everything has been undone by the time the future tells. */
public final class StartFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Incarnation worker;

    StartFailure(String message, Incarnation worker, Throwable cause) {
        super(message, cause);
        this.worker = worker;
    }

    /** {@return the worker that failed; empty when the cluster was stopped meanwhile} */
    public Optional<Incarnation> worker() {
        return Optional.ofNullable(worker);
    }
}
