/**
 * Starts workers, reads what they print, and ends them with everything they have started. It knows processes, not slots: when
 * to start and when to stop is decided elsewhere.
 *
 * <p>What the rest of Musher uses, and all it uses:
 *
 * <ul>
 *   <li>{@link io.musher.internal.process.LaunchPlan#of} says whether a launch is possible here, before anything is started;
 *   <li>{@link io.musher.internal.process.JvmShare#of} computes a worker JVM's part of the machine;
 *   <li>{@link io.musher.internal.process.Ports} and {@link io.musher.internal.process.PortLease} plan and reserve ports;
 *   <li>{@link io.musher.internal.process.Spawner} starts one {@link io.musher.internal.process.SpawnRequest} after the other;
 *   <li>{@link io.musher.internal.process.WorkerProcess} is what comes of it, and ends with a
 *       {@link io.musher.internal.process.Termination}.
 * </ul>
 *
 * <pre>{@code
 * LaunchPlan plan = LaunchPlan.of(config.launch());                    // refuses a test runner's command line and the like
 * JvmShare share = JvmShare.of(config.instances(), config.hasCommonPort());
 * log.info("{}: {}", config.name(), plan.inForce(share, env));
 * Spawner spawner = new Spawner(config.name(), config.output());
 *
 * spawner.spawn(new SpawnRequest(plan, instance, id, name, Optional.of(PortLease.free()), channel.address(), token, env, share))
 *         .whenCompleteAsync((worker, failure) -> { ... }, control::execute);
 * worker.onExit().thenAcceptAsync(end -> supervisor.exited(incarnation, end), control::execute);
 * worker.terminate();                                                  // later, if need be: worker.kill();
 * spawner.close();                                                     // when all are gone
 * }</pre>
 *
 * <h2>Threads</h2>
 *
 * <p>{@code <cluster>-spawn} blocks in process starts, {@code <cluster>-look}, as many as are needed, in looks at the process table: a start or a
 * look that hangs holds up nothing else. Per worker two daemons read its output and one waits for its end; one or two per cluster hand the
 * output on. No method but
 * {@code Spawner.close()} blocks, so the control thread may call all of them. Futures complete on any of these threads: go on with an
 * executor of your own.
 *
 * <h2>Ends</h2>
 *
 * <p>On Linux every worker leads a session. When its process ends, what is left in the session is killed, and with a command
 * whatever carries its mark in the environment, daemons in sessions of their own too; behind a command that was asked to stop,
 * they may finish first. An exit is told when nothing is left. When the primary is killed, JVM workers that have a channel notice by
 * themselves; all others are ended by a {@code sh} that reads a pipe from the primary, see {@code OrphanReaper}. It is started with the first
 * worker that needs it. Elsewhere, descendants are looked for when a worker is killed.
 */
package io.musher.internal.process;
