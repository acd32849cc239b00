package io.musher;

import io.musher.internal.bind.BindHook;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.os.Platform;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the common port of a cluster as its {@link Scheduling} says. */
final class CommonPorts {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private CommonPorts() {}

    /**
     * Opens the common port; empty if the cluster has none.
     *
     * @param kind what the workers are
     * @throws IOException if the port is taken, or if KERNEL does not work here
     */
    static Optional<CommonPort> open(ClusterConfig config, LaunchPlan.Kind kind) throws IOException {
        if (!config.hasCommonPort()) {
            return Optional.empty();
        }
        if (!sharesPort(config, kind)) {
            return Optional.of(RelayedPort.open(config));
        }
        return Optional.of(kind == LaunchPlan.Kind.JVM && sharesListener(config) ? SharedPort.open(config)
                : ReusedPort.open(config));
    }

    private static boolean sharesListener(ClusterConfig config) {
        Optional<String> obstacle = SharedPort.obstacle(config);
        obstacle.ifPresent(why -> LOG.info(
                "{}: the workers share the common port by SO_REUSEPORT and not by one listener: {}", config.name(),
                why));
        return obstacle.isEmpty();
    }

    private static boolean sharesPort(ClusterConfig config, LaunchPlan.Kind kind) throws IOException {
        if (config.scheduling() == Scheduling.RELAY) {
            return false;
        }
        Optional<String> obstacle = obstacle(kind).or(() -> cannotInherit(config, kind));
        if (config.scheduling() == Scheduling.KERNEL) {
            if (obstacle.isPresent()) {
                throw new IOException(config.name() + ": scheduling KERNEL does not work here: " + obstacle.get()
                        + "; use RELAY, or AUTO");
            }
            return true;
        }
        Optional<String> reason = ConfigChecks.needsBalancer(config).or(() -> obstacle)
                .or(() -> kind == LaunchPlan.Kind.COMMAND
                        ? Optional.of("a command has to set SO_REUSEPORT itself, which scheduling(KERNEL) relies on")
                        : Optional.empty());
        LOG.info("{}: scheduling AUTO chose {}", config.name(),
                reason.map(why -> "RELAY: " + why).orElse("KERNEL: the workers share the common port"));
        return reason.isEmpty();
    }

    /** {@return why workers cannot accept from an inherited listener; empty if they can, or if there is none} */
    private static Optional<String> cannotInherit(ClusterConfig config, LaunchPlan.Kind kind) {
        if (!config.inheritsListener()) {
            return Optional.empty();
        }
        return (kind == LaunchPlan.Kind.COMMAND ? Optional.of("only worker JVMs can, not a command")
                : SharedPort.obstacle(config))
                .map(why -> "inheritListener() needs workers that accept from the inherited socket itself, not from"
                        + " sockets of their own with SO_REUSEPORT: " + why);
    }

    /** {@return why the kernel cannot distribute connections over workers of this kind here; empty if it can} */
    private static Optional<String> obstacle(LaunchPlan.Kind kind) {
        if (!Platform.LINUX) {
            return Optional.of("it needs Linux");
        }
        return kind == LaunchPlan.Kind.COMMAND ? Optional.empty()
                : BindHook.missing().map(what -> "Java " + Runtime.version()
                        + " has other internals than those known (" + what + ")");
    }
}
