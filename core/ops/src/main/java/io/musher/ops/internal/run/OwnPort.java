package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterConfig;
import io.musher.Rollout;
import io.musher.Scheduling;
import io.musher.internal.process.os.ListeningSockets;
import io.musher.internal.process.os.PortOwnership;
import io.musher.internal.process.os.ProcessTable;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.file.ProcessSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A port that a program listens on by itself and that its cluster knows nothing of, such as a 3000 in its code. Two
 * workers cannot have it at the same time, as a reload wants them to: the output of the one that fails tells, and the
 * kernel that the other one listens. No state.
 */
final class OwnPort {

    /** What libc, the JDK, Node, Python and Spring Boot print. */
    private static final Pattern TAKEN = Pattern.compile("EADDRINUSE|address (is )?already in use|port( \\d+)? "
            + "(was |is )?already in use", Pattern.CASE_INSENSITIVE);

    /** Such as {@code :::3000}, {@code port 3000}, {@code ('127.0.0.1', 3000)}. */
    private static final Pattern PORT = Pattern.compile("(?::|\\bport[ =:]+|', )([1-9][0-9]{0,4})(?![0-9.:]*[0-9])",
            Pattern.CASE_INSENSITIVE);
    /** The time in front of a line and the place in the source, which are not to be taken for ports. */
    private static final Pattern NO_PORT = Pattern.compile("(?<![0-9.:])[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
            + "(?![0-9])|\\.(java|kt|scala|groovy|js|mjs|ts|py|rb|go|rs|cc?|cpp|php):[0-9]+");

    private OwnPort() {}

    /**
     * {@return whether a reload has failed because the workers that serve have the port of their program; blocks for
     * some milliseconds}
     *
     * @param process whose workers the reload was to replace
     * @param spec of the workers that the reload has started
     */
    static boolean hasPrevented(Rollout rollout, ManagedProcess process, ProcessSpec spec) {
        if (rollout.outcome() != Rollout.Outcome.FAILED || spec.port().isShared() || spec.port().start().isPresent()
                || !TAKEN.matcher(rollout.lastOutput()).find()) {
            return false;
        }
        List<Long> pids = process.cluster().map(OwnPort::processes).orElse(List.of());
        // where it cannot be found out, the output is believed
        return ListeningSockets.listens(ports(rollout.lastOutput()), pids) != PortOwnership.Kind.OTHER;
    }

    /** {@return the ports that are said to be taken; empty if none is named} */
    static Set<Integer> ports(String output) {
        Set<Integer> ports = new TreeSet<>();
        output.lines().filter(line -> TAKEN.matcher(line).find()).forEach(line -> {
            Matcher port = PORT.matcher(NO_PORT.matcher(line).replaceAll(""));
            while (port.find()) {
                ports.add(Integer.parseInt(port.group(1)));
            }
        });
        return ports;
    }

    /** {@return the processes of all workers, with those that they have started} */
    private static List<Long> processes(Cluster cluster) {
        Map<Long, List<Long>> sessions = ProcessTable.sessions();
        return cluster.workers().stream().flatMap(worker -> worker.pid().stream().boxed())
                .flatMap(pid -> Stream.of(List.of(pid), sessions.getOrDefault(pid, List.of()),
                        ProcessHandle.of(pid).map(OwnPort::descendants).orElse(List.of())))
                .flatMap(List::stream).distinct().toList();
    }

    private static List<Long> descendants(ProcessHandle worker) {
        return worker.descendants().map(ProcessHandle::pid).toList();
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
