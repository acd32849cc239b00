package io.musher;

import io.musher.internal.supervisor.StartFailure;

/**
 * Describes a failed start to the user: the failure, advice, and the failed worker's last output if it was not seen.
 */
final class StartFailures {

    private StartFailures() {}

    /** {@return the exception that {@link ClusterBuilder#start} throws for a failure reported by the supervisor} */
    static StartupException exception(ClusterConfig config, Throwable failure) {
        String message = config.name() + ": " + failure.getMessage();
        if (!(failure instanceof StartFailure start)) {
            return StartupException.of(message, failure, "");
        }
        String output = start.worker().map(worker -> worker.handle().lastOutput()).orElse("");
        boolean unseen = !output.isBlank() && !LastOutput.isVisible(config.output());
        return StartupException.of(message + agentAdvice(output) + (unseen ? LastOutput.suffix(output) : ""),
                start.getCause(), output);
    }

    /**
     * Returns advice for a worker whose port is taken by an inherited agent: every worker JVM starts the agents of this
     * JVM, too.
     */
    private static String agentAdvice(String output) {
        boolean taken = output.contains("Address already in use") || output.contains("Port already in use");
        boolean agent = output.contains("-javaagent") || output.contains("agent library")
                || output.contains("JMX connector");
        return taken && agent
                ? "; an agent of the worker's JVM listens on a port that is taken: leave out inherited agents by"
                        + " removeJvmArgs(\"-javaagent:…\"), or give each worker a port of its own (%i is the instance)"
                : "";
    }
}
