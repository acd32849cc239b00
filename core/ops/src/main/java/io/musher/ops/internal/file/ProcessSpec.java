package io.musher.ops.internal.file;

import io.musher.ClusterBuilder;
import io.musher.HealthCheck;
import io.musher.Readiness;
import io.musher.Scheduling;
import io.musher.WarmUp;
import io.musher.balancer.Strategy;
import io.musher.ops.internal.cron.Cron;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * An entry of the file: one program in one or more workers. Values are checked; equal specs behave alike.
 *
 * @param id the name, unique in the file regardless of case
 * @param program what it runs
 * @param directory where it runs
 * @param env variables for it
 * @param autostart whether it starts with the primary
 * @param schedule when a job runs; empty for a service
 * @param overrun whether a job starts while its former run goes on
 * @param timeout how long a run may take, or a service lives before it is replaced
 * @param terminate when a job is stopped, or a service is reloaded
 * @param watch files and folders whose changes reload it
 * @param restart what happens when a worker ends by itself
 * @param stop how workers are stopped
 * @param startTimeout how soon a worker must be ready
 * @param explicitReadiness whether a worker is ready only when it says so
 * @param health checks of each worker
 * @param warmUp requests to each worker before its first client
 * @param maxMemory the resident memory above which a worker is replaced
 * @param instances the number of workers
 * @param port the common port and what belongs to it
 * @param reload how reloads proceed
 * @param logger where output goes
 * @param pidFile a file that holds the process id while the worker lives; with {@code %n} or {@code %i} if there are
 *     several
 * @param instanceVariable the variable in which a worker finds its instance, unless {@code env} has it; empty for none
 */
public record ProcessSpec(String id, Program program, Path directory, Map<String, String> env, boolean autostart,
        Optional<Cron> schedule, boolean overrun, Optional<Duration> timeout, Optional<Cron> terminate,
        List<Path> watch, Restart restart, Stop stop, Duration startTimeout, boolean explicitReadiness,
        List<HealthCheck> health, Optional<WarmUp> warmUp, OptionalLong maxMemory, int instances, Port port,
        Reload reload, LoggerSpec logger, Optional<Path> pidFile, Optional<String> instanceVariable) {

    /**
     * What happens when a worker ends by itself.
     *
     * @param when {@code always}, {@code error} or {@code never}
     * @param delay the constant delay; empty for the default back-off
     * @param limit how many restarts, without a worker of good life between, are too many; empty for the default
     * @param goodLife how long a worker must have been ready to be one of good life; empty for the default, which is a
     *     minute with a limit
     */
    public record Restart(String when, Optional<Duration> delay, OptionalInt limit, Optional<Duration> goodLife) {

        /** No restarts. */
        static final Restart NEVER = new Restart("never", Optional.empty(), OptionalInt.empty(), Optional.empty());
    }

    /**
     * How workers are stopped.
     *
     * @param before how long a worker that gets no new connections still runs as before
     * @param drain how long its connections may take to end
     * @param kill how long it may take from SIGTERM to its exit
     */
    public record Stop(Duration before, Duration drain, Duration kill) {}

    /**
     * How workers are replaced.
     *
     * @param batch how many at a time
     * @param soak how long a batch must be well before the next one
     * @param overlap how long a fresh worker and its predecessor both serve; empty for the default, which depends on
     *     {@code watch}
     */
    public record Reload(int batch, Duration soak, Optional<Duration> overlap) {}

    /**
     * The common port.
     *
     * @param common the port; empty without one, or if it is inherited
     * @param inherited whether it is the socket that the primary was started with as standard input
     * @param host the host of the common port; empty for all interfaces
     * @param start the port of the first worker; empty for any free ports
     * @param strategy the name of the balancer's strategy; empty for its default
     * @param scheduling who listens on the common port
     * @param redirects whether an application that binds the common port in its code gets its own port instead: always,
     *     never, or if empty, once a worker has failed
     */
    public record Port(OptionalInt common, boolean inherited, Optional<String> host, OptionalInt start,
            Optional<String> strategy, Scheduling scheduling, Optional<Boolean> redirects) {

        /** No ports. */
        static final Port NONE = new Port(OptionalInt.empty(), false, Optional.empty(), OptionalInt.empty(),
                Optional.empty(), Scheduling.RELAY, Optional.empty());

        /** {@return whether clients connect to one port, which the workers share} */
        public boolean isShared() {
            return inherited || common.isPresent();
        }
    }

    /**
     * Sets the options that have to do with ports; {@link ClusterBuilder#build} throws if they do not go together.
     *
     * @param builder of a cluster of this process
     */
    public void configurePorts(ClusterBuilder builder) {
        port.common().ifPresent(builder::commonPort);
        if (port.inherited()) {
            builder.inheritListener();
        }
        port.host().ifPresent(builder::host);
        port.start().ifPresent(builder::startPort);
        port.strategy().map(Strategy::of).ifPresent(builder::strategy);
        port.redirects().ifPresent(builder::redirectCommonPort);
        builder.scheduling(port.scheduling()).readiness(explicitReadiness ? Readiness.EXPLICIT : Readiness.AUTO)
                .healthCheck(health.toArray(HealthCheck[]::new));
        warmUp.ifPresent(builder::warmUp);
    }

    /** {@return whether several workers would write one pid file} */
    public boolean hasOnePidFile() {
        return pidFile.filter(ProcessSpec::isOneFile).isPresent();
    }

    static boolean isOneFile(Path path) {
        return !path.toString().matches(".*%[ni].*");
    }

    /** {@return whether it runs by its schedule instead of being kept alive} */
    public boolean isJob() {
        return schedule.isPresent();
    }

    /** {@return this, run once: never restarted or replaced} */
    ProcessSpec once() {
        return new ProcessSpec(id, program, directory, env, autostart, schedule, overrun, Optional.empty(),
                Optional.empty(), List.of(), Restart.NEVER, stop,
                startTimeout, explicitReadiness, health, warmUp, OptionalLong.empty(), instances, port, reload, logger,
                pidFile, instanceVariable);
    }
}
