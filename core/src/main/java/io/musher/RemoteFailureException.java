package io.musher;

/**
 * Completes the future of a request whose listener threw on the other side; the message is the text of that exception.
 */
public final class RemoteFailureException extends ClusterException {

    private static final long serialVersionUID = 1L;

    RemoteFailureException(String message) {
        super(message, null);
    }
}
