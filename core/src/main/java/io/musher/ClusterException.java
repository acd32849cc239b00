package io.musher;

import io.musher.balancer.loop.Nullable;

/** The root of the exceptions that a cluster throws or completes futures with. */
public abstract class ClusterException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ClusterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
