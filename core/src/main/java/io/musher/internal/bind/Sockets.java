package io.musher.internal.bind;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/** What an action can do with sockets of the application, which it knows by their descriptors only. */
interface Sockets {

    /** Sets {@code SO_REUSEPORT}. */
    void setReusePort(FileDescriptor descriptor) throws IOException;

    /** {@return the address that the socket listens on; empty if it is not bound, is closed, or is a connection} */
    Optional<InetSocketAddress> listeningAddress(FileDescriptor descriptor);
}
