package io.musher.ops;

import io.musher.Cluster;
import io.musher.Output;
import io.musher.ops.internal.control.Home;
import io.musher.ops.internal.control.LogMemory;
import io.musher.ops.internal.control.UnixDoor;
import io.musher.ops.internal.file.Names;
import io.musher.ops.internal.run.AttachedClusters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Sets how clusters are controlled, see {@link Ops}. Not thread-safe. */
public final class OpsBuilder {

    private final LogMemory memory = new LogMemory();
    private Optional<String> name = Optional.empty();
    private Optional<Path> socket = Optional.empty();
    private Optional<String> group = Optional.empty();

    OpsBuilder() {}

    /**
     * Sets the name by which commands find the clusters ({@code --name}). Default: the name of the first cluster.
     *
     * @param value 1 to 64 letters, digits, dots, hyphens, underscores and at signs; unique for this user
     * @return this
     * @throws IllegalArgumentException if it is no such name
     */
    public OpsBuilder name(String value) {
        name = Optional.of(Names.check(value));
        return this;
    }

    /**
     * Sets the path of the control socket. Default: {@code control.sock} in {@code ~/.musher/<name>/}, or below the
     * folder that the variable {@code MUSHER_HOME} names.
     *
     * @param path in a folder that belongs to this user and that no other user may write
     * @return this
     */
    public OpsBuilder socket(Path path) {
        socket = Optional.of(path.toAbsolutePath());
        return this;
    }

    /**
     * Lets the users of a group control the clusters, too; {@link #socket} must be in a folder that they can enter.
     * Default: only this user and root.
     *
     * @param value the name of a group
     * @return this
     */
    public OpsBuilder group(String value) {
        group = Optional.of(value);
        return this;
    }

    /**
     * {@return an output that keeps the last 256 KiB of each instance for the command {@code logs}; pass it to the
     * builder of a cluster, as a part of {@link Output#tee}}
     */
    public Output output() {
        return Output.to(memory::add);
    }

    /**
     * Opens the control endpoint.
     *
     * @param clusters started ones; at least one
     * @return closes the endpoint
     * @throws IOException if another program of this user has the name, or the socket or its folder cannot be created
     *     or is not safe; the message says what to do
     * @throws IllegalArgumentException if there is no cluster
     */
    public Ops attach(Cluster... clusters) throws IOException {
        if (clusters.length == 0) {
            throw new IllegalArgumentException("attach: at least one cluster is needed");
        }
        String own = name.orElse(clusters[0].name());
        String version = Optional.ofNullable(Ops.class.getPackage().getImplementationVersion()).orElse("(unpackaged)");
        UnixDoor door = UnixDoor.open(Home.find(), Names.check(own), "", socket, group,
                AttachedClusters.handler(own, version, List.of(clusters), memory));
        door.start();
        return new Ops(door);
    }
}
