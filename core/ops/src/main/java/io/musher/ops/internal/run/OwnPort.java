package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterConfig;
import io.musher.Rollout;
import io.musher.Scheduling;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.file.ProcessSpec;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/**
 * A port that a program listens on by itself and that its cluster knows nothing of, such as a 3000 in its code. Two
 * workers cannot have it at the same time, as a reload wants them to; the output of the one that fails tells. No state.
 */
final class OwnPort {

    /** What libc, the JDK, Node, Python and Spring Boot print. */
    private static final Pattern TAKEN = Pattern.compile("EADDRINUSE|address (is )?already in use|port( \\d+)? "
            + "(was |is )?already in use", Pattern.CASE_INSENSITIVE);

    private OwnPort() {}

    /**
     * {@return whether a reload has failed because the workers that serve have the port of their program}
     *
     * @param spec of the workers that the reload has started
     */
    static boolean hasPrevented(Rollout rollout, ProcessSpec spec) {
        return rollout.outcome() == Rollout.Outcome.FAILED && !spec.port().isShared() && spec.port().start().isEmpty()
                && TAKEN.matcher(rollout.lastOutput()).find();
    }

    /** Stops the workers of a process, then starts others. {@return completes when these are ready} */
    static CompletableFuture<Void> restart(ManagedProcess process) {
        String why = "the worker before has the port of its program: it is stopped first";
        ManagedProcess.LOG.info("{}: {}", process.id, why);
        process.context.events().publish("waiting", process.id, "", why);
        return process.stop().thenComposeAsync(ended -> {
            try {
                return process.start();
            } catch (ControlException e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    /** {@return the restart of one worker, whose failure also says what to do if its successor wants its port} */
    static CompletableFuture<?> advise(CompletableFuture<?> restart, ControlledProcess process) {
        return restart.handle((done, failure) -> {
            if (failure != null) {
                ControlException known = Commands.failure(failure);
                boolean isUnknown = process instanceof ManagedProcess managed && !managed.spec().port().isShared()
                        && managed.spec().port().start().isEmpty();
                throw new CompletionException(!isUnknown ? known : new ControlException(known.code(),
                        known.getMessage() + "; if it needs the port that the worker has, type musher restart "
                                + process.id,
                        known.lastOutput()));
            }
            return done;
        });
    }

    /** {@return what to do about a worker whose port was taken, after a semicolon; empty for other failures} */
    static String advice(Cluster cluster, String lastOutput) {
        ClusterConfig config = cluster.config();
        if (!TAKEN.matcher(lastOutput).find() || config.scheduling() != Scheduling.RELAY) {
            return "";
        }
        if (config.commonPort().isPresent() || config.inheritsListener()) {
            return "; if it is port " + cluster.commonPort() + ", that is Musher's: let the program listen on the PORT"
                    + " of its environment; a jar that cannot runs by --jar";
        }
        return config.startPort().isPresent() || cluster.stats().wanted() < 2 ? ""
                : "; workers cannot share a port by themselves: give it to Musher, by -p PORT, or commonPort in the"
                        + " file, and let the program listen on the PORT of its environment";
    }
}
