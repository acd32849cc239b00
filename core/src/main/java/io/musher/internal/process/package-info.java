/**
 * Starts worker processes, captures their output, and terminates them with all their descendants. This package deals
 * with processes, not slots: the supervisor decides when a worker starts and stops.
 *
 * <p>The packages below hold what this one combines; they do not depend on it: {@code launch} builds command lines,
 * {@code output} captures output, {@code os} wraps processes and ports of the operating system. {@code launch} and
 * {@code output} depend on {@code os}, and {@code output} on the {@code SpawnRequest} of {@code launch}.
 *
 * <p>Entry points for the rest of Musher:
 *
 * <ul>
 *   <li>{@link io.musher.internal.process.launch.LaunchPlan#of} checks that a launch is possible, before any process is
 *       started;
 *   <li>{@link io.musher.internal.process.launch.JvmShare#of} computes a worker JVM's share of memory and processors;
 *   <li>{@link io.musher.internal.process.os.Memory} reads the memory limit of the machine or container;
 *   <li>{@link io.musher.internal.process.os.Loopback} is the address of all connections between primary and workers;
 *   <li>{@link io.musher.internal.process.os.Ports} assigns ports, {@link io.musher.internal.process.os.PortLease}
 *       reserves them and {@link io.musher.internal.process.os.PortOwnership} reports which process listens on one;
 *   <li>{@link io.musher.internal.worker.ClassPreloader} loads classes while their jar is still intact;
 *   <li>{@link io.musher.internal.process.Spawner} starts the worker described by a
 *       {@link io.musher.internal.process.launch.SpawnRequest};
 *   <li>{@link io.musher.internal.process.WorkerProcess} is the started worker; its exit is a
 *       {@link io.musher.internal.process.os.Termination}.
 * </ul>
 *
 * <h2>Threads</h2>
 *
 * <p>The thread {@code <cluster>-spawn} blocks in process starts. Threads {@code <cluster>-process-table}, created on
 * demand, block in reads of the process table, so a start or a read that hangs delays nothing else. Each worker has two
 * daemon threads that read its output and one that waits for its exit; one or two threads per cluster deliver the
 * output. The methods of {@code Spawner} and {@code WorkerProcess} do not block, so the control thread may call them,
 * except {@code Spawner.close()}. Futures complete on any of these threads: continue on an executor of your own.
 *
 * <h2>The way to the first fork</h2>
 *
 * <p>All workers wait for what the primary loads until then, in a cold JVM. Therefore tokens are read from the kernel
 * instead of by {@code SecureRandom}, signal handlers are compiled instead of being proxies, the key of class data is
 * no {@code MessageDigest}, and the JVM's flags are read from its command line where possible. Streams and {@code
 * Comparator.comparing} are avoided, because the JDK's own lambdas in them are linked one by one; lambdas of Musher
 * and regular expressions stay, for the sake of readers. Until all workers are ready no record is a key or compared,
 * because the JVM makes those methods at their first use, in 7 ms for each record. {@code ClassesBeforeForkTest}
 * counts.
 *
 * <h2>Exits</h2>
 *
 * <p>On Linux each worker leads a session of its own. When the worker process has exited, the processes left in its
 * session are killed. A worker that may not open a channel has a mark in its environment; the processes that carry this
 * mark, which includes daemons in other sessions, are killed too. After a command was asked to stop, all these
 * processes may finish first. The exit is reported when none of them is left. When the primary is killed, JVM workers
 * with a channel notice and exit; all other workers are terminated by an {@code sh} process that reads a pipe from the
 * primary, see {@code os.OrphanReaper}. It is started together with the first worker that needs it. On other systems,
 * descendants are looked up when a worker is killed.
 */
package io.musher.internal.process;
