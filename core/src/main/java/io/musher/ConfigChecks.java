package io.musher;

import io.musher.balancer.loop.Durations;
import java.util.Optional;

/** Checks that the options of a {@link ClusterConfig} go together; each setter has checked its own value before. */
final class ConfigChecks {

    private static final int MAX_PORT = 65535;

    private ConfigChecks() {}

    /** Throws {@link IllegalStateException}, which names the options, if they do not go together. */
    static void check(ClusterConfig config) {
        boolean balancer = config.hasCommonPort();
        refuse(!balancer && config.strategy().isPresent(),
                "strategy needs a commonPort: without one there is no balancer");
        refuse(!balancer && config.proxyProtocol().isPresent(),
                "proxyProtocol needs a commonPort: without one there is no balancer");
        refuse(!balancer && !config.balancerOptions().isEmpty(),
                "balancer options need a commonPort: without one there is no balancer");
        refuse(!balancer && config.host().isPresent(), "host needs a commonPort: it is where that listens");
        for (HealthCheck check : config.healthChecks()) {
            refuse(!config.hasPorts() && check.kind() != HealthCheck.Kind.HEARTBEAT,
                    "healthCheck (" + check + ") needs a port: set commonPort or startPort, or check a heartbeat");
        }
        refuse(!config.hasPorts() && config.warmUp().isPresent(),
                "warmUp needs a port: set commonPort or startPort");
        refuse(balancer && config.readiness() == Readiness.STARTED,
                "readiness STARTED and a commonPort: clients would be sent to workers that do not listen yet");
        refuse(!config.hasPorts() && config.readiness() == Readiness.PORT_OPEN,
                "readiness PORT_OPEN needs a port: set commonPort or startPort");
        refuse(!balancer && config.recyclePolicy().maxConnections() > 0,
                "recyclePolicy maxConnections needs a commonPort: without one there is no balancer that counts");
        refuse(!balancer && config.scheduling() != Scheduling.RELAY,
                "scheduling " + config.scheduling() + " needs a commonPort: it is the port that workers share");
        if (config.inheritsListener()) {
            refuse(config.host().isPresent(), "host " + config.host().orElse("") + " and inheritListener(): the"
                    + " inherited socket is bound to an address already; leave host out");
            refuse(!config.stopPolicy().preStopDelay().isZero(), "stopPolicy preStopDelay "
                    + Durations.text(config.stopPolicy().preStopDelay())
                    + " and inheritListener(): the cluster stops accepting at"
                    + " once, because another process serves the inherited socket; leave the delay out");
        }
        if (config.scheduling() == Scheduling.KERNEL) {
            config.redirection().ifPresent(redirect -> refuse(true, "scheduling KERNEL and redirectCommonPort("
                    + redirect + "): the workers listen on the common port themselves, so that no bind is redirected;"
                    + " leave it out, or use Scheduling.RELAY"));
            needsBalancer(config).ifPresent(option -> refuse(true, "scheduling KERNEL and " + option
                    + "; leave it out, or use Scheduling.RELAY"));
        }
        if (config.startPort().isPresent()) {
            checkPorts(config.startPort().getAsInt(), config.instances(), config.commonPort().orElse(0));
        }
        refuse(!config.commonOptions().jvmArgs().isEmpty() && config.chosenLaunch() instanceof Launch.Command,
                "jvmArgs with a command: Musher starts no JVM for it; put the flags among its own words");
        checkLaunch(config, config.chosenLaunch());
    }

    /**
     * Throws {@link IllegalStateException} if a program does not go with the options. A command that is ready only when
     * it says so has a channel, on which it can answer heartbeats; of any other one nothing would be checked.
     */
    static void checkLaunch(ClusterConfig config, Launch launch) {
        boolean heartbeats = config.healthChecks().stream()
                .anyMatch(check -> check.kind() == HealthCheck.Kind.HEARTBEAT);
        refuse(heartbeats && launch instanceof Launch.Command && config.readiness() != Readiness.EXPLICIT,
                "healthCheck (heartbeat) with a command: only a program that joins the cluster answers heartbeats;"
                        + " check http or tcp instead, or, if it joins, set readiness EXPLICIT: it calls ready()");
    }

    /** {@return an option that is set and does not work without a balancer, and why; empty if there is none} */
    static Optional<String> needsBalancer(ClusterConfig config) {
        if (config.startPort().isPresent()) {
            return Optional.of("startPort: the workers listen on the common port, not on ports of their own");
        } else if (config.strategy().isPresent()) {
            return Optional.of("strategy: the kernel chooses the worker of a connection");
        } else if (config.proxyProtocol().isPresent()) {
            return Optional.of("proxyProtocol: clients connect to the workers, which see their addresses");
        } else if (!config.balancerOptions().isEmpty()) {
            return Optional.of("balancer options (such as waiting, retries, slow start): there is no balancer");
        } else if (config.recyclePolicy().maxConnections() > 0) {
            return Optional.of("recyclePolicy maxConnections: there is no balancer that counts");
        } else if (config.warmUp().isPresent()) {
            return Optional.of("warmUp: its requests to the common port may reach any worker");
        } else if (config.readiness() == Readiness.PORT_OPEN) {
            return Optional.of("readiness PORT_OPEN: all workers have one port, so it must be the worker that listens");
        }
        return config.healthChecks().stream().filter(check -> check.kind() != HealthCheck.Kind.HEARTBEAT).findFirst()
                .map(check -> "healthCheck (" + check + "): a connection to the common port may reach any worker;"
                        + " check a heartbeat");
    }

    private static void checkPorts(int first, int instances, int common) {
        long last = (long) first + Math.max(1, instances) - 1;
        refuse(last > MAX_PORT, "startPort " + first + " with " + instances + " instances goes past port " + MAX_PORT);
        refuse(common >= first && common <= last,
                "commonPort " + common + " is inside the workers' ports " + first + " to " + last);
    }

    private static void refuse(boolean condition, String message) {
        if (condition) {
            throw new IllegalStateException(message);
        }
    }
}
