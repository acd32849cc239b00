package io.musher.balancer;

import java.io.IOException;

/** What a {@link Relay} without an open target connection waits for; handles its events in the meantime. */
interface RelayStage {

    /** Handles input from the client, or its close. */
    default void readable(Relay relay) throws IOException {}

    /** Called when targets were withdrawn: leaves a withdrawn target. */
    default void leaveIfWithdrawn(Relay relay) throws IOException {}

    /** Cancels timers and releases what this stage holds; called when it is over or the relay closes. */
    void abandon(Relay relay);
}
