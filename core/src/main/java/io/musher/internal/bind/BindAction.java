package io.musher.internal.bind;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Decides what happens when the application binds a TCP socket. Thread-safe. */
interface BindAction {

    /**
     * Called before the JDK binds a socket, of a server or of a client, and after the application has set its options.
     *
     * @param descriptor the socket
     * @param address the address that it will be bound to
     * @param sockets what can be done with it
     * @throws IOException makes the bind of the application fail
     */
    void beforeBind(FileDescriptor descriptor, InetSocketAddress address, Sockets sockets) throws IOException;
}
