package io.musher;

/**
 * Completes the future of a request whose listener threw on the other side; the message is the text of that exception.
 */
public final class RemoteException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RemoteException(String message) {
        super(message);
    }
}
