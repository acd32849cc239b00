package io.musher.internal.process.launch;

import io.musher.Launch;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A validated launch, from which the command line of each worker is built. Immutable.
 */
public abstract sealed class LaunchPlan permits JvmPlan, CommandPlan {

    /** The kind of process that a worker is. */
    public enum Kind {
        /** A JVM: it opens a channel to the primary if its program calls Musher or was started through Musher. */
        JVM,
        /** Any other program. */
        COMMAND
    }

    private final Launch launch;

    LaunchPlan(Launch launch) {
        this.launch = launch;
    }

    /**
     * Validates a launch. For JVM workers this includes how this JVM was started.
     *
     * @param launch what to run
     * @return the plan
     * @throws IllegalStateException if this JVM's command line cannot be repeated; the message says what to do instead
     * @throws IllegalArgumentException if the jar or main class does not exist
     */
    public static LaunchPlan of(Launch launch) {
        return launch instanceof Launch.Command command ? new CommandPlan(command)
                : JvmPlan.of(launch, CurrentJvm.read());
    }

    /** {@return the kind of process to start} */
    public abstract Kind kind();

    /**
     * {@return whether the program certainly opens a channel to the primary, and so notices when the primary has
     * exited}
     */
    public abstract boolean saysHello();

    /**
     * Builds the command line of one worker.
     *
     * @param environment the worker's environment, whose {@code PATH} is searched
     * @return the absolute path of the program and its arguments
     * @throws IOException if the program does not exist or is not executable
     */
    public abstract CommandLine words(SpawnRequest worker, Map<String, String> environment) throws IOException;

    /**
     * {@return those of the flags in an environment variable of this process, such as {@code JAVA_TOOL_OPTIONS}, that
     * the worker inherits}
     *
     * @param flags the flags in that variable
     */
    List<String> inherited(List<String> flags, SpawnRequest worker) {
        return JvmFlags.inherited(flags, options().removedJvmArgs(), worker.workerId());
    }

    /**
     * {@return a description of the heap and processors in force for a worker, for the log; empty for a command}
     *
     * @param share the computed share of the machine
     * @param env the variables given for workers
     */
    public String describeShare(JvmShare share, Map<String, String> env) {
        return "";
    }

    public Launch.Options options() {
        return launch.options();
    }

    /** {@return what to run} */
    public Launch launch() {
        return launch;
    }

    /** Returns the kind of launch only: arguments and environment may contain secrets. */
    @Override
    public String toString() {
        return launch.getClass().getSimpleName();
    }
}
