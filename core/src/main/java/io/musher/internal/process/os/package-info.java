/**
 * Wraps what the operating system offers: the process table and process trees, signals, memory limits, ports, and the
 * {@code sh} that terminates orphans. Depends on no other package of {@code io.musher.internal}; knows pids and ports,
 * not workers.
 *
 * <p>Reads of {@code /proc} may block for ever when a process hangs in the kernel: callers go through {@link
 * io.musher.internal.process.os.ProcessTableExecutor}, which gives up on such a read. On systems other than Linux, the
 * classes return empty or {@code UNKNOWN} instead of failing.
 */
package io.musher.internal.process.os;
