package io.musher.internal.ipc;

import java.io.IOException;

/** The peer broke the protocol; its connection ends, and the message says why in one line. */
public final class ProtocolException extends IOException {

    private static final long serialVersionUID = 1;

    /**
     * Says what is wrong.
     *
     * @param what never contains a token
     */
    public ProtocolException(String what) {
        super(what);
    }
}
