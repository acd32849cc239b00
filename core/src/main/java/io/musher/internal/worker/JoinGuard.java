package io.musher.internal.worker;

import io.musher.balancer.loop.Nullable;
import java.security.CodeSource;

/**
 * Lets one copy of Musher in this JVM join the cluster. Several copies may be loaded (for example one on the class
 * path, besides one in a web application), but a worker has one channel.
 */
final class JoinGuard {

    /** The system property set by the copy that has joined. */
    private static final String JOINED = "musher.joined";

    private JoinGuard() {}

    /** {@return why this copy cannot join; null if no copy has joined yet} */
    static @Nullable String refusal() {
        String other = System.getProperty(JOINED);
        return other == null ? null : refusal(other);
    }

    /**
     * Claims the channel for this copy.
     *
     * @throws IllegalStateException if a copy has joined already
     */
    static void claim() {
        Object other = System.getProperties().putIfAbsent(JOINED, place());
        if (other != null) {
            throw new IllegalStateException(refusal(other));
        }
    }

    /** Gives up the claim, because joining has failed. */
    static void release() {
        System.getProperties().remove(JOINED);
    }

    private static String refusal(Object other) {
        return "a second copy of Musher in this worker (" + place() + "): the copy at " + other
                + " has joined the cluster, and a worker joins once;"
                + " keep Musher in one place, as on the class path and not in the web application too"
                + " (Maven's scope provided)";
    }

    private static String place() {
        CodeSource source = JoinGuard.class.getProtectionDomain().getCodeSource();
        return source == null ? String.valueOf(JoinGuard.class.getClassLoader()) : String.valueOf(source.getLocation());
    }
}
