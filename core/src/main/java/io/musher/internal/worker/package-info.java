/**
 * The runtime inside a worker process: joins the cluster, runs the program, its hooks and message listeners, and shuts
 * the process down. {@code io.musher.WorkerContext} is its public API.
 *
 * <pre>
 * WorkerContext ─▶ WorkerRuntime ─▶ WorkerChannel ─▶ WorkerLifecycle ─▶ Hooks ─▶ CallbackThread
 *                   ▲  │                  │                └ HookWatchdog, PrimaryMonitor, JvmExit, KeepAlive
 *           creates │  │                  └ connect, hello, welcome, frames, HeartbeatResponder
 *     CurrentWorker ┘  └ WorkerMessages
 *         └ JoinGuard, WorkerEnvironment, Greeting, ClassPreloader
 * </pre>
 *
 * <h2>The way to hello</h2>
 *
 * <p>A worker's start is little else than loading classes in a cold JVM. So the hello comes first: {@code
 * CurrentWorker} reads the environment and has {@code Greeting} connect, on the calling thread; then the signal
 * handlers, the loop, the mailbox and the hooks are created, while the primary handles the hello. A SIGTERM in
 * between ends the JVM, which has not run its program yet, as it does before the hello. The code before the hello
 * ({@code WorkerMain} and {@code MainRunner} or {@code Cluster.isWorker}, {@code CurrentWorker.runtime}, {@code
 * JoinGuard}, {@code WorkerEnvironment}, {@code Greeting}, {@code Connector}, {@code Hello}) does without what
 * loads dozens of classes at its first use: loggers ({@code Log.lazy} instead), regular expressions, lambdas and
 * method references, streams, reflection, {@code ProcessHandle}. {@code ClassesBeforeHelloTest} counts.
 *
 * <h2>Threads</h2>
 *
 * <ul>
 * <li>{@code main}: the program, started by {@code MainRunner}.
 * <li>{@code musher-channel}, daemon: an EventLoop, which owns the channel and the lifecycle and never runs user code.
 * <li>{@code musher-listeners}, daemon: runs hooks and message listeners in order, and may run the loop in place of its
 * own thread; owns no state. If it hangs, a new thread replaces it.
 * <li>{@code musher-callbacks}, daemon: completes futures of requests.
 * <li>{@code musher-heartbeat}, daemon: runs the liveness check of the application, if it has installed one.
 * <li>{@code musher-keep-alive}: keeps the JVM alive until a disconnect is complete.
 * <li>{@code musher-preload}, daemon: loads the classes that an orderly exit needs, once, before a deployment
 * overwrites the jars.
 * <li>{@code musher-deadline}, {@code musher-primary-watch}, daemons: wait for a timeout and for the end of the
 * primary; started during shutdown or after a disconnect only.
 * <li>{@code musher-goodbye}: the shutdown hook, which flushes sent messages, then closes the loop, whose thread would
 * delay the exit.
 * </ul>
 *
 * <p>Any other thread enters the loop by {@code execute}; {@code isConnected} and {@code isDraining} are volatile
 * reads.
 */
package io.musher.internal.worker;
