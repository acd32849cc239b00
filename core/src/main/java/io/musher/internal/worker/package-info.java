/**
 * What runs inside a forked worker; {@code io.musher.WorkerContext} is its public face.
 *
 * <pre>
 * WorkerContext ─▶ Membership ─▶ WorkerChannel (dial, hello, welcome, frames) ─▶ Lifecycle ─▶ Hooks ─▶ UserThread
 *                      └ WorkerEnvironment, Signals, KeepAlive                      └ HookWatch, PrimaryWatch, ProcessEnd
 * </pre>
 *
 * <table>
 * <caption>Threads</caption>
 * <tr><td>{@code musher-channel}, daemon</td><td>an EventLoop: owns the channel and the lifecycle; reads, writes, never runs user code, but may be led by
 * the next one</td></tr>
 * <tr><td>{@code musher-listeners}, daemon</td><td>owns nothing; runs hooks and message listeners in order. One that hangs is left behind for a new one</td></tr>
 * <tr><td>{@code main}</td><td>the program's, started by MainRunner</td></tr>
 * <tr><td>{@code musher-keep-alive}</td><td>waits until a disconnect is complete; keeps the JVM alive so long</td></tr>
 * <tr><td>{@code musher-deadline}, {@code musher-primary-watch}, daemons</td><td>wait, in the last phase of a life only</td></tr>
 * <tr><td>{@code musher-preload}, daemon</td><td>loads what a good end needs, once, before a deployment overwrites the jars</td></tr>
 * <tr><td>{@code musher-goodbye}</td><td>the shutdown hook: what was sent arrives; then it ends the loop, which would delay the exit</td></tr>
 * </table>
 *
 * <p>Any other thread enters the loop by {@code execute}; {@code isConnected} and {@code isDraining} are volatile reads.
 */
package io.musher.internal.worker;
