package io.musher.internal.bind;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Shares the common port with the other workers: sets {@code SO_REUSEPORT} on servers that bind it, so that the kernel
 * distributes the connections over them.
 *
 * <p>With this option a second bind within one process would succeed as well, so it is refused here as the kernel would
 * refuse it without the option.
 */
final class ReusePortAction implements BindAction {

    static final String ALREADY_HERE = ": this process listens on port ";

    /** One of them is on the stack when a server binds; none when a client does. */
    private static final Set<String> SERVERS = Set.of("java.net.ServerSocket", "sun.nio.ch.ServerSocketChannelImpl",
            "sun.nio.ch.AsynchronousServerSocketChannelImpl");

    private final int commonPort;
    private final CommonAddress address;
    private final Optional<HostRedirection> redirection;
    /** The sockets that were given the option; weak, because the JDK closes sockets that are not reachable any more. */
    private final List<WeakReference<FileDescriptor>> shared = new ArrayList<>();

    /**
     * Creates it.
     *
     * @param redirection what is done to the binds of this worker besides
     */
    ReusePortAction(int commonPort, CommonAddress address, Optional<HostRedirection> redirection) {
        this.commonPort = commonPort;
        this.address = address;
        this.redirection = redirection;
    }

    @Override
    public synchronized void beforeBind(FileDescriptor descriptor, InetSocketAddress said, Sockets sockets)
            throws IOException {
        if (said.getPort() != commonPort || !isServer(new Throwable().getStackTrace())) {
            return;
        }
        InetSocketAddress wanted = redirection.isPresent() ? redirection.get().apply(said) : said;
        address.checkOwn(wanted);
        for (Iterator<WeakReference<FileDescriptor>> each = shared.iterator(); each.hasNext();) {
            FileDescriptor other = each.next().get();
            Optional<InetSocketAddress> taken = other == null ? Optional.empty() : sockets.listeningAddress(other);
            if (taken.isEmpty() || taken.get().getPort() != commonPort) {
                each.remove();
            } else if (overlap(taken.get().getAddress(), wanted.getAddress())) {
                throw new BindException(
                        "Address already in use" + ALREADY_HERE + commonPort + " already");
            }
        }
        sockets.setReusePort(descriptor);
        shared.add(new WeakReference<>(descriptor));
    }

    /** {@return whether a stack shows that a server is bound, and not a client} */
    static boolean isServer(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (SERVERS.contains(frame.getClassName())) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether two sockets would get the same connections} */
    static boolean overlap(InetAddress one, InetAddress other) {
        return one.isAnyLocalAddress() || other.isAnyLocalAddress() || one.equals(other);
    }
}
