package io.musher;

import io.musher.internal.bind.BindHook;
import io.musher.internal.supervisor.StartFailure;
import java.util.List;

/**
 * Describes a failed start to the user: the failure, advice, and the failed worker's last output if it was not seen.
 */
final class StartFailures {

    /** What servers say of a port that is taken: the JDK and libc, JMX, Node, Spring Boot. */
    private static final List<String> TAKEN = List.of("Address already in use", "Port already in use", "EADDRINUSE",
            "was already in use");

    /** For a worker that does not listen on the common port, which it shares. */
    static final String SHARING_ADVICE = ", by a plain bind in a JVM, or with SO_REUSEPORT in a command"
            + " (Node 22.12 or newer: reusePort: true; Python: setsockopt); a program that cannot do that needs"
            + " Scheduling.RELAY";

    /** For a worker JVM that does not listen on its own port, and whose output does not say why. */
    static final String REDIRECTION_ADVICE = "; an application that binds the common port in its code, and does not"
            + " print that it is taken, needs redirectCommonPort(true)";

    private StartFailures() {}

    /**
     * {@return the exception that {@link ClusterBuilder#start} throws for a failure reported by the supervisor}
     */
    static StartupException exception(ClusterConfig config, Throwable failure) {
        String message = config.name() + ": " + failure.getMessage();
        if (!(failure instanceof StartFailure start)) {
            return StartupException.of(message, failure, "");
        }
        String output = start.worker().map(worker -> worker.handle().lastOutput()).orElse("");
        boolean unseen = !output.isBlank() && !LastOutput.isVisible(config.output());
        return StartupException.of(message + (unseen ? LastOutput.suffix(output) : ""), start.getCause(), output);
    }

    /** {@return whether a worker's output says that a port was taken which its application wanted} */
    static boolean isPortTaken(String output) {
        return TAKEN.stream().anyMatch(output::contains) && !isOfAgent(output);
    }

    private static boolean isOfAgent(String output) {
        return output.contains("-javaagent") || output.contains("agent library") || output.contains("JMX connector");
    }

    /**
     * {@return advice for a worker that ended because a port was taken, after a semicolon; empty if that was not so}
     *
     * @param sharesPort whether the workers listen on the common port themselves
     * @param isCommand whether the worker is no JVM
     */
    static String advice(ClusterConfig config, boolean sharesPort, boolean isCommand, String output) {
        if (TAKEN.stream().noneMatch(output::contains)) {
            return "";
        }
        if (isOfAgent(output)) { // every worker JVM starts the agents of this JVM, too
            return "; an agent of the worker's JVM listens on a port that is taken: leave out inherited agents by"
                    + " removeJvmArgs(\"-javaagent:…\"), or give each worker a port of its own (%i is the instance)";
        } else if (sharesPort && BindHook.saysWhy(output)) {
            return "";
        } else if (sharesPort) {
            return isCommand
                    ? "; if it is the common port that was taken: set SO_REUSEPORT in the command (Node"
                            + " 22.12 or newer: reusePort: true in listen; Python: setsockopt before bind), or use"
                            + " Scheduling.RELAY"
                    : "; if it is the common port that was taken: its server does not bind by the JDK; switch"
                            + " its native transport off (Netty: -Dio.netty.transport.noNative=true), or use"
                            + " Scheduling.RELAY";
        } else if (config.hasCommonPort()) {
            return "; if it is the common port that was taken: the primary listens there, so a worker listens on"
                    + (isCommand ? " $PORT; a Java program whose port cannot be set is to be launched as a jar or main"
                            + " class, not as a command: then its binds of the port are redirected"
                            : " WorkerContext.address(), $PORT or $SERVER_PORT; or let the workers share the port"
                                    + " by scheduling(Scheduling.KERNEL)");
        }
        return "";
    }
}
