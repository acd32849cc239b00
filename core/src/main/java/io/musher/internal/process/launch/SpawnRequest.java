package io.musher.internal.process.launch;

import io.musher.internal.process.os.PortLease;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Describes one worker to be started.
 *
 * @param plan what to run
 * @param instance the slot, from 0
 * @param workerId from 1
 * @param name the name of the worker
 * @param port the port on which the worker is to listen, if any
 * @param channel the address on which the primary accepts the worker's channel
 * @param token authenticates the worker to the primary; never logged
 * @param maxMessageSize the largest body of a message, in bytes
 * @param env environment variables that override inherited ones, including those of the launch
 * @param share the share of the machine, for a JVM
 */
public record SpawnRequest(LaunchPlan plan, int instance, int workerId, String name, Optional<PortLease> port,
        InetSocketAddress channel, String token, int maxMessageSize, Map<String, String> env, JvmShare share) {

    /** Rejects null and copies the environment. */
    public SpawnRequest {
        Objects.requireNonNull(plan, "plan");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(port, "port");
        Objects.requireNonNull(channel, "channel");
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(share, "share");
        env = Map.copyOf(env);
    }

    /** {@return the port number, if the worker has a port} */
    public OptionalInt portNumber() {
        return port.map(lease -> OptionalInt.of(lease.port())).orElseGet(OptionalInt::empty);
    }

    /** Returns name and ids only: token and environment are secret. */
    @Override
    public String toString() {
        return name + " (worker " + workerId + ", instance " + instance + ")";
    }
}
