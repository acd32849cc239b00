package io.musher.internal.worker;

import io.musher.balancer.loop.Connector;
import io.musher.balancer.loop.Nullable;
import io.musher.internal.ipc.Hello;
import io.musher.internal.ipc.Window;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Says hello to the primary from the calling thread, before anything else of the worker's runtime exists; see the
 * package comment for the reason. {@link WorkerChannel} takes the connection over.
 */
final class Greeting {

    private static final String OWN_PROCESS = "/proc/self";

    private Greeting() {}

    /**
     * Connects to the primary and sends the hello, without blocking.
     *
     * @return the connection; null if that did not succeed at once: the channel then connects by itself, with its
     *     timeout and its reports
     */
    static @Nullable SocketChannel send(WorkerEnvironment environment) {
        SocketChannel channel = null;
        try {
            InetSocketAddress primary = environment.channel();
            channel = Connector.open(primary);
            if (Connector.connectAtOnce(channel, primary)) {
                ByteBuffer hello = hello(environment);
                channel.write(hello);
                if (!hello.hasRemaining()) {
                    return channel;
                }
            }
        } catch (IOException | RuntimeException e) {
            // reported by the channel, should it fail as well
        }
        close(channel);
        return null;
    }

    /** {@return the worker's first frame} */
    static ByteBuffer hello(WorkerEnvironment environment) {
        return new Hello(Hello.VERSION, environment.token(), pid(), Window.ofThisJvm()).frame();
    }

    /** {@return the id of this process; from the kernel if possible: {@link ProcessHandle} prepares a thread pool} */
    private static long pid() {
        try {
            String name = new File(OWN_PROCESS).getCanonicalFile().getName();
            if (!name.isEmpty() && Character.isDigit(name.charAt(0))) {
                return Long.parseLong(name);
            }
        } catch (IOException | NumberFormatException e) {
            // there is no such file system
        }
        return ProcessHandle.current().pid();
    }

    static void close(@Nullable SocketChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // nothing was lost by it
            }
        }
    }
}
