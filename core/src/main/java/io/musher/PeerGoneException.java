package io.musher;

/** Thrown when the other side of a channel is gone or never existed: no message can be sent, and no reply will come. */
public final class PeerGoneException extends ClusterException {

    private static final long serialVersionUID = 1L;

    PeerGoneException(String message) {
        super(message, null);
    }
}
