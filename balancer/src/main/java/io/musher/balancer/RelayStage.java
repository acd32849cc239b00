package io.musher.balancer;

import java.io.IOException;

/** What a relay that is not open is waiting for. */
interface RelayStage {

    /** The client has sent something, or has left. */
    default void readable(Relay relay) throws IOException { }

    /** Targets were withdrawn: one that depends on a withdrawn target leaves it. */
    default void leaveIfWithdrawn(Relay relay) throws IOException { }

    /** The relay closes: nothing is to come of it any more. */
    void abandon(Relay relay);
}
