package io.musher.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which process listens on a port, as far as this process may know.
 *
 * @param kind whose process
 * @param socket the listening socket, if it is the worker's own
 */
public record PortOwner(Kind kind, Optional<Socket> socket) {

    /** Whose process listens. */
    public enum Kind {
        /** The worker's, or one that it has started. */
        OWN,
        /** Another one, or none. */
        OTHER,
        /** That cannot be told: not on Linux, or this process may not read the descriptors of the worker's processes. */
        UNKNOWN
    }

    /**
     * A listening socket of another process.
     *
     * @param descriptor in {@code /proc}
     * @param name such as {@code socket:[4711]}
     */
    public record Socket(Path descriptor, String name) {

        /** {@return whether the process still has it open; one cheap look, which the process does not notice} */
        public boolean isOpen() {
            try {
                return Files.readSymbolicLink(descriptor).toString().equals(name);
            } catch (IOException | RuntimeException e) {
                return false;
            }
        }
    }

    static final PortOwner OTHER = new PortOwner(Kind.OTHER, Optional.empty());
    static final PortOwner UNKNOWN = new PortOwner(Kind.UNKNOWN, Optional.empty());

    static PortOwner own(Socket socket) {
        return new PortOwner(Kind.OWN, Optional.of(socket));
    }
}
