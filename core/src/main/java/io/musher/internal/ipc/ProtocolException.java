package io.musher.internal.ipc;

import java.io.IOException;

/** Signals that the peer has violated the protocol, which ends its connection. */
public final class ProtocolException extends IOException {

    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param what the violation, in one line for the log; must not contain a token
     */
    public ProtocolException(String what) {
        super(what);
    }
}
