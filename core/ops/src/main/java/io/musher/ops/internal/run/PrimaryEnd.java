package io.musher.ops.internal.run;

import io.musher.Exit;
import io.musher.ops.internal.file.FileSpec;
import java.io.PrintStream;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a primary ends by itself, and with which exit code. Not thread-safe: for the thread that runs the
 * primary.
 */
final class PrimaryEnd {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");

    private final Primary.Options options;
    private final FileProcesses processes;
    private final PrintStream err;
    /** Since when there is no hope for any process. */
    private OptionalLong hopelessSince = OptionalLong.empty();

    PrimaryEnd(Primary.Options options, FileProcesses processes, PrintStream err) {
        this.options = options;
        this.processes = processes;
        this.err = err;
    }

    /** {@return the exit code of a primary that is over} */
    int exitCode() {
        List<ManagedProcess> failed = processes.all().stream().filter(ManagedProcess::hasFailed).toList();
        boolean single = processes.all().size() == 1 && processes.all().iterator().next().spec().restart().when()
                .equals("never");
        if (options.once() || single) {
            return processes.all().stream().flatMap(process -> process.exits.firstFailure().stream()).map(Exit::status)
                    .findFirst().orElse(failed.isEmpty() ? 0 : 1);
        }
        failed.forEach(process -> err.println("musher: " + process.id + " failed: "
                + process.exits.firstFailure().map(Exit::toString).orElse(process.problem())));
        return failed.isEmpty() ? 0 : 1;
    }

    /** {@return whether nothing is left to run, or to ask about} */
    boolean isOver(long now) {
        if (!options.detached()) {
            return processes.all().stream().allMatch(ManagedProcess::isOver);
        }
        boolean hopeless = !processes.all().isEmpty() && processes.all().stream().allMatch(ManagedProcess::isHopeless);
        if (!hopeless) {
            hopelessSince = OptionalLong.empty();
            return processes.all().stream().allMatch(process -> process.isOver() && !process.hasFailed()
                    && process.cluster().isPresent());
        }
        if (hopelessSince.isEmpty()) {
            hopelessSince = OptionalLong.of(now);
        }
        boolean ends = now - hopelessSince.getAsLong() >= options.linger().toNanos();
        if (ends) {
            LOG.error("\"{}\" ends: nothing in it was ever ready, and all is given up; {}", processes.file().name(),
                    FileSpec.howToStartAgain(processes.file().config()));
        }
        return ends;
    }
}
