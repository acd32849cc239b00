package io.musher.internal.process.launch;

import io.musher.internal.bind.BindRule;
import io.musher.internal.process.os.Loopback;
import io.musher.internal.process.os.PortLease;
import java.net.InetAddress;
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
 * @param sharing how the worker listens if the cluster has a common port; empty without one
 */
public record SpawnRequest(LaunchPlan plan, int instance, int workerId, String name, Optional<PortLease> port,
        InetSocketAddress channel, String token, int maxMessageSize, Map<String, String> env, JvmShare share,
        Optional<Sharing> sharing) {

    /** All IPv4 addresses, and in a JVM with IPv6 all addresses. */
    private static final String ALL_ADDRESSES = "0.0.0.0";

    /**
     * Describes how a worker of a cluster with a common port listens.
     *
     * @param address the address to listen on
     * @param bindRule what a worker JVM does when its application binds the port; empty for nothing
     */
    public record Sharing(InetAddress address, Optional<BindRule> bindRule) {}

    /** Rejects null and copies the environment. */
    public SpawnRequest {
        Objects.requireNonNull(plan, "plan");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(port, "port");
        Objects.requireNonNull(channel, "channel");
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(share, "share");
        Objects.requireNonNull(sharing, "sharing");
        env = Map.copyOf(env);
    }

    /** Describes a worker whose port, if it has one, is its own. */
    public SpawnRequest(LaunchPlan plan, int instance, int workerId, String name, Optional<PortLease> port,
            InetSocketAddress channel, String token, int maxMessageSize, Map<String, String> env, JvmShare share) {
        this(plan, instance, workerId, name, port, channel, token, maxMessageSize, env, share, Optional.empty());
    }

    /** {@return the port number, if the worker has a port} */
    public OptionalInt portNumber() {
        return port.map(lease -> OptionalInt.of(lease.port())).orElseGet(OptionalInt::empty);
    }

    /** {@return the address on which the worker is to listen, as text} */
    String host() {
        return sharing.map(Sharing::address)
                .map(address -> address.isAnyLocalAddress() ? ALL_ADDRESSES : address.getHostAddress())
                .orElseGet(Loopback::host);
    }

    /** {@return what the worker does when its application binds the common port; empty for commands} */
    Optional<BindRule> bindRule() {
        return plan.kind() == LaunchPlan.Kind.JVM ? sharing.flatMap(Sharing::bindRule) : Optional.empty();
    }

    /** Returns name and ids only: token and environment are secret. */
    @Override
    public String toString() {
        return name + " (worker " + workerId + ", instance " + instance + ")";
    }
}
