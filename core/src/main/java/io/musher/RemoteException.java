package io.musher;

/** The handler of a request threw; the message is what it said. Completes the future of the request. */
public final class RemoteException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RemoteException(String message) {
        super(message);
    }
}
