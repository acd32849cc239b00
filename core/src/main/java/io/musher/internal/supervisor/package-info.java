/**
 * Who lives, who is replaced, who goes: the supervisor of a cluster, pure. No process, no thread, no clock in here; a
 * seeded simulation runs whole lives of a cluster on a virtual clock.
 *
 * <h2>Who calls what, on which thread</h2>
 *
 * <pre>
 *  user threads ── execute ─▶ ┌──────── control thread ────────┐
 *  spawn thread ── spawned ─▶ │ Supervisor ─▶ Actions (effects) │ ─▶ spawn thread, balancer, channels, signals
 *  process      ── exited ──▶ │            ─▶ News (facts)      │ ─▶ events thread ─▶ user listeners
 *  channel frames, timers ──▶ │            ─▶ callback(…)       │ ─▶ callbacks thread ─▶ user futures
 *                             └─────────────────────────────────┘
 * </pre>
 *
 * One input runs to its end before the next; {@code Actions} and {@code SupervisorListener} never call back from inside. The public
 * part of {@code Incarnation}, {@code Supervisor.workers()} and {@code slots()} may be read from any thread and are
 * never behind the news.
 *
 * <h2>A slot's life</h2>
 *
 * <pre>
 *  not wanted ─want─▶ QUEUED ─permit, port free─▶ coming ─ready─▶ serving
 *                       ▲ ▲                         │ lost          │ lost
 *                       │ └──── backoff is over ──◀─┴── policy ──◀──┘
 *                       │                               └─ budget spent ─▶ GAVE UP         released ─▶ leaving
 *                       └────── restart(), scale, rollout ─────────────◀─────┘
 * </pre>
 *
 * <h2>An incarnation's life</h2>
 *
 * <pre>
 *  spawn → STARTING ─hello, or a command that lives─▶ ONLINE ─evidence─▶ READY ⇄ NOT_READY
 *             │ start timeout, kill, stop               │                  │ stop, replaced, disconnect
 *             ▼                                         ▼                  ▼
 *          STOPPING ◀──────────── empty, or the drain time is over ── DRAINING ─▶ DETACHED
 *             │ stop frame or SIGTERM; after the kill time SIGKILL                    │ ends by itself, or stop
 *             └──────────────────────────────▶ DEAD ◀─────────────────────────────────┘
 * </pre>
 *
 * A worker that is to leave is <em>released</em>: its slot goes on at once (stopped, replaced, disconnected by either
 * side, asked to end by somebody else, found to hang). One that is lost (killed, too slow) stays the slot's until it is reaped, because
 * only then it is known how it ended and what the policy says; one whose channel is gone for a second at most, unless the policy depends
 * on how it ends.
 *
 * <h2>Parts</h2>
 *
 * {@code Supervisor} takes inputs; {@code WorkerRegistry} knows who there is; {@code BootQueue} starts; {@code StartupTracker} is the
 * way in, {@code StopSequence} the way out, {@code ExitHandler} the end; {@code RestartController} and {@code RestartBudget} say who
 * follows; {@code ScaleController} keeps the number; {@code Recycler} replaces the worn; {@code RolloutPlan} replaces all by
 * another edition, which is what workers are started from and means nothing in here; {@code ClusterLifecycle} begins and ends it
 * all.
 */
package io.musher.internal.supervisor;
