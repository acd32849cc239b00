package io.musher;

/** The other side of a channel is gone, or never was there: nothing can be sent, and no answer will come. */
public final class WorkerGoneException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WorkerGoneException(String message) {
        super(message);
    }
}
