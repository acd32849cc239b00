package io.musher.ops;

import io.musher.ops.internal.control.UnixDoor;
import java.nio.file.Path;

/**
 * Lets the commands of {@code musher.jar} control the clusters of this program: status, scale, reload, restart, stop,
 * signal, logs and so on, over a Unix domain socket.
 *
 * <pre>{@code
 * OpsBuilder ops = Ops.builder().name("shop");
 * Cluster cluster = Cluster.builder().instances(4).commonPort(3000)
 *         .output(Output.tee(Output.inherit(), ops.output())).start();
 * try (Ops control = ops.attach(cluster)) {
 *     cluster.awaitStop();
 * }
 * }</pre>
 */
public final class Ops implements AutoCloseable {

    private final UnixDoor door;

    Ops(UnixDoor door) {
        this.door = door;
    }

    /** {@return a new builder; every option has a default} */
    public static OpsBuilder builder() {
        return new OpsBuilder();
    }

    /** {@return the path of the control socket} */
    public Path socket() {
        return door.path();
    }

    /** Closes the control endpoint; the clusters go on. May be called again. */
    @Override
    public void close() {
        door.close();
    }
}
