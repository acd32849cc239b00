package io.musher.balancer;

/** Receives what event loops observe of a target. Called on any loop. */
interface BackendListener {

    /** A connect was refused or timed out. */
    void connectFailed(Backend backend, String why);

    /** The target closed a connection without an answer. */
    void unanswered(Backend backend);

    /** The target answered while it was on trial. */
    void answeredOnTrial(Backend backend);

    /** The last connection of a withdrawn target ended. */
    void connectionsEnded(Backend backend);
}
