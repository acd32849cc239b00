package io.musher.internal.process;

import io.musher.Launch;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A launch that was found to be possible, ready to be put into words for one worker after the other. Immutable.
 */
public abstract sealed class LaunchPlan permits JvmPlan, CommandPlan {

    /** What a worker is. */
    public enum Kind {
        /** A JVM of ours: it says hello if its program calls Musher, or was started through Musher. */
        JVM,
        /** Any program. */
        COMMAND
    }

    private final Launch launch;

    LaunchPlan(Launch launch) {
        this.launch = launch;
    }

    /**
     * Looks at how this JVM was started, where that matters.
     *
     * @param launch what the user wants
     * @return the plan
     * @throws IllegalStateException if this JVM's command line cannot be repeated; the message says what to do instead
     */
    public static LaunchPlan of(Launch launch) {
        return launch instanceof Launch.Command command ? new CommandPlan(command) : JvmPlan.of(launch, CurrentJvm.read());
    }

    /** {@return whether a JVM or a command} */
    public abstract Kind kind();

    /** {@return whether the program surely opens a channel to the primary, and so notices when the primary is gone} */
    public abstract boolean saysHello();

    /**
     * Puts it into words.
     *
     * @param worker whose command line it is
     * @param environment its environment, where {@code PATH} is
     * @return the program, from the root, and its arguments
     * @throws IOException if there is no such program
     */
    abstract CommandLine words(SpawnRequest worker, Map<String, String> environment) throws IOException;

    /**
     * {@return which of the flags in a variable of this process's environment, such as {@code JAVA_TOOL_OPTIONS}, the worker inherits}
     *
     * @param flags as that variable has them
     */
    List<String> inherited(List<String> flags, SpawnRequest worker) {
        return JvmFlags.inherited(flags, options().removedJvmArgs(), worker.workerId());
    }

    /**
     * {@return what is in force of a share of the machine, for the log; empty for what is no JVM}
     *
     * @param share that was computed
     * @param env variables given for workers
     */
    public String inForce(JvmShare share, Map<String, String> env) {
        return "";
    }

    Launch.Options options() {
        return launch.options();
    }

    /** {@return what to run} */
    public Launch launch() {
        return launch;
    }

    /** Without arguments and environment, where secrets live. */
    @Override
    public String toString() {
        return launch.getClass().getSimpleName();
    }
}
