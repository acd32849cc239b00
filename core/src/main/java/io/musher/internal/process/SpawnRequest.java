package io.musher.internal.process;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One worker to be started.
 *
 * @param plan what to run
 * @param instance the slot, from 0
 * @param workerId from 1
 * @param name of the worker
 * @param port where it is to listen, if anywhere
 * @param channel where the primary listens for it
 * @param token that it proves itself with; never printed
 * @param env all variables over the inherited ones, those of the launch among them
 * @param share of the machine, for a JVM
 */
public record SpawnRequest(LaunchPlan plan, int instance, int workerId, String name, Optional<PortLease> port,
        InetSocketAddress channel, String token, Map<String, String> env, JvmShare share) {

    /**
     * Checks and copies.
     *
     * @param plan what to run
     * @param instance the slot, from 0
     * @param workerId from 1
     * @param name of the worker
     * @param port where it is to listen, if anywhere
     * @param channel where the primary listens for it
     * @param token that it proves itself with
     * @param env all variables over the inherited ones, those of the launch among them
     * @param share of the machine, for a JVM
     */
    public SpawnRequest {
        Objects.requireNonNull(plan, "plan");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(port, "port");
        Objects.requireNonNull(channel, "channel");
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(share, "share");
        env = Map.copyOf(env);
    }

    /** {@return the number of the port} */
    public OptionalInt portNumber() {
        return port.map(lease -> OptionalInt.of(lease.port())).orElseGet(OptionalInt::empty);
    }

    /** Without the token, and without the environment, where secrets live. */
    @Override
    public String toString() {
        return name + " (worker " + workerId + ", instance " + instance + ")";
    }
}
