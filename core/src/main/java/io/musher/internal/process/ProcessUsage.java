package io.musher.internal.process;

import io.musher.internal.process.os.Platform;
import io.musher.internal.process.os.ProcessTable;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * CPU time and memory of a worker; of a command with all processes in its session.
 *
 * @param cpuNanos the CPU time since the process was started; it falls when a descendant exits for which no other one
 *     has waited
 * @param memory the resident memory in bytes; 0 where this cannot be determined
 */
public record ProcessUsage(long cpuNanos, long memory) {

    /** What a process has used that does not exist. */
    public static final ProcessUsage NONE = new ProcessUsage(0, 0);

    /** {@return what the workers use; may block} Reads the process table once for all workers. */
    static Map<WorkerProcess, ProcessUsage> of(Collection<WorkerProcess> workers) {
        Map<Long, List<Long>> sessions = workers.stream().anyMatch(WorkerProcess::usesSession)
                ? ProcessTable.sessions() : Map.of();
        Map<WorkerProcess, ProcessUsage> usage = new HashMap<>();
        for (WorkerProcess worker : workers) {
            usage.put(worker, worker.family(sessions).stream().map(ProcessUsage::of).reduce(NONE, ProcessUsage::plus));
        }
        return usage;
    }

    private static ProcessUsage of(ProcessHandle process) {
        long cpu = Platform.LINUX ? ProcessTable.cpuNanos(process.pid())
                : process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
        return new ProcessUsage(cpu, ProcessTable.memory(process.pid()));
    }

    private ProcessUsage plus(ProcessUsage other) {
        return new ProcessUsage(cpuNanos + other.cpuNanos, memory + other.memory);
    }
}
