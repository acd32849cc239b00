/**
 * Supervises the workers of a cluster: start and readiness, restart with backoff, scaling, rolling reload, recycling,
 * disconnect, drain, stop and shutdown. The package is a pure state machine, without processes, threads or a clock of
 * its own, so that a seeded simulation can run whole cluster histories on a virtual clock.
 *
 * <h2>Callers and threads</h2>
 *
 * <pre>
 *  user threads ── execute ─▶ ┌────────── control thread ──────────┐
 *  spawn thread ── spawned ─▶ │ Supervisor ─▶ Generation.spawn(…)  │ ─▶ spawn thread
 *  process      ── exited ──▶ │            ─▶ WorkerHandle         │ ─▶ channels, signals
 *  channel frames, timers ──▶ │            ─▶ Actions              │ ─▶ balancer, timers
 *                             │            ─▶ SupervisorListener   │ ─▶ events thread ─▶ listeners of the application
 *                             │            ─▶ Actions.callback(…)  │ ─▶ callbacks thread ─▶ futures of callers
 *                             └────────────────────────────────────┘
 * </pre>
 *
 * One input is processed completely before the next ({@code Supervisor.turn}); {@code Generation},
 * {@code WorkerHandle}, {@code Actions} and {@code SupervisorListener} never call the supervisor back from inside. The
 * public methods of {@code Incarnation}, {@code Supervisor.workers()} and {@code slots()} may be called from any
 * thread, unless noted; they never lag behind what the {@code SupervisorListener} was given.
 *
 * <h2>States of a slot</h2>
 *
 * <pre>
 *  not wanted ─markWanted─▶ QUEUED ─boot limit, port free─▶ starting ─ready─▶ serving
 *                            ▲ ▲                                │ lost          │ lost
 *                            │ └─────── backoff elapsed ───◀────┴── policy ──◀──┘
 *                            │                                      └─ budget spent ─▶ GAVE UP     released ─▶ leaving
 *                            └──────── restart(), scale(), rollout ────────────◀─────────┘
 * </pre>
 *
 * <h2>States of an incarnation</h2>
 *
 * <pre>
 *  spawn → STARTING ─hello, or a command that runs──▶ ONLINE ─evidence─▶ READY ⇄ NOT_READY
 *             │ start timeout, kill, stop               │                  │ stop, overlap over, disconnect
 *             ▼                                         ▼                  ▼
 *          STOPPING ◀───────────── drained, or the drain timeout ──── DRAINING ─▶ DETACHED
 *             │ stop frame or SIGTERM; after the kill timeout SIGKILL                 │ exits by itself, or stop
 *             └──────────────────────────────▶ DEAD ◀─────────────────────────────────┘
 * </pre>
 *
 * A worker that has to leave is <em>released</em>, and its slot can start the next worker at once: the worker is
 * stopped, replaced, disconnected by either side, got SIGTERM from outside, or failed a liveness check. A worker that
 * is <em>lost</em> (killed, or not ready in time) keeps its slot until its process is reaped, because only the exit
 * tells how the process ended and hence what the restart policy requires. A worker that closed its channel keeps its
 * slot for one second at most, unless the policy depends on its exit status.
 *
 * <h2>Terms</h2>
 *
 * <dl>
 * <dt>instance, slot</dt><dd>A numbered place for a worker, and the object that keeps what outlives its processes.</dd>
 * <dt>incarnation</dt><dd>One process in a slot; one worker id.</dd>
 * <dt>generation</dt><dd>Launch and environment that a worker is started from. The supervisor compares generations and
 * starts workers from them.</dd>
 * <dt>withdraw</dt><dd>Take a worker out of the balancer.</dd>
 * <dt>drain</dt><dd>Let the connections and drain hooks of a withdrawn worker finish.</dd>
 * <dt>release</dt><dd>Give up the slot: the worker may live on, but no longer counts as the worker of its slot.</dd>
 * <dt>soak</dt><dd>Watch a replacement in a rollout for a while before it gets traffic.</dd>
 * <dt>overlap</dt><dd>The time in which a ready replacement and its predecessor both get traffic.</dd>
 * <dt>boot</dt><dd>The time between spawn and ready.</dd>
 * </dl>
 *
 * <h2>Classes</h2>
 *
 * <ul>
 * <li>{@code Supervisor}: requests of callers. {@code ProcessEventRouter}: events of processes.
 * <li>{@code WorkerRegistry}: all slots and workers; publishes the balancer's targets.
 * <li>{@code BootQueue}: starts processes, within the boot limit.
 * <li>{@code StartupTracker}: from fork to ready, and changes of readiness later.
 * <li>{@code Takeover}: hands a slot over to a replacement, after the overlap.
 * <li>{@code StopSequence}: withdraw and drain. {@code KillSequence}: stop frame or SIGTERM, then SIGKILL.
 * <li>{@code ExitHandler}: exits and lost channels that the supervisor did not initiate.
 * <li>{@code RestartController}, {@code RestartBudget}: restarts, backoff, and giving up.
 * <li>{@code ScaleController}: the number of wanted instances.
 * <li>{@code Recycler}: replaces workers beyond a limit of the recycle policy.
 * <li>{@code RolloutPlan}: start, rollback, retry and end of a rollout. {@code RunningRollout}: its steps. {@code
 * FinalPortCheck}: its last one.
 * <li>{@code Incarnation}: one worker, with its {@code ChannelState}, {@code ReadinessState} and {@code StopState}.
 * <li>{@code ClusterLifecycle}: start and stop of the whole cluster.
 * </ul>
 */
package io.musher.internal.supervisor;
