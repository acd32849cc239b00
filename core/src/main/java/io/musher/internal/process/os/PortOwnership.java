package io.musher.internal.process.os;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The result of a check whether a worker listens on a port, as far as this process has permission to find out.
 *
 * @param kind the owner of the listening socket
 * @param socket the listening socket, if it is the worker's own
 */
public record PortOwnership(Kind kind, Optional<Socket> socket) {

    /** The owner of the listening socket. */
    public enum Kind {
        /** The worker, or a process that it has started. */
        OWN,
        /** Another process, or none. */
        OTHER,
        /** Unknown: not on Linux, or this process may not read the descriptors of the worker's processes. */
        UNKNOWN
    }

    /**
     * A listening socket of another process.
     *
     * @param descriptor its path in {@code /proc}
     * @param name the target of that link, such as {@code socket:[4711]}
     * @param address where it is bound
     */
    public record Socket(Path descriptor, String name, InetSocketAddress address) {

        /**
         * {@return whether the process still has the socket open; a single read of {@code /proc}, which does not
         * disturb the process}
         */
        public boolean isOpen() {
            try {
                return Files.readSymbolicLink(descriptor).toString().equals(name);
            } catch (IOException | RuntimeException e) {
                return false;
            }
        }
    }

    static final PortOwnership OTHER = new PortOwnership(Kind.OTHER, Optional.empty());
    static final PortOwnership UNKNOWN = new PortOwnership(Kind.UNKNOWN, Optional.empty());

    static PortOwnership own(Socket socket) {
        return new PortOwnership(Kind.OWN, Optional.of(socket));
    }
}
