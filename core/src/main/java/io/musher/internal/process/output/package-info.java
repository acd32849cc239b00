/**
 * Reads the standard output and standard error of workers and delivers them to the {@link io.musher.Output} of the
 * cluster.
 *
 * <p>An {@link io.musher.internal.process.output.OutputPump} reads one stream of one worker on a thread of its own,
 * keeps the end of it in an {@link io.musher.internal.process.output.OutputTail}, and passes it to an {@link
 * io.musher.internal.process.output.OutputSink}. Sinks of all workers share one {@code BoundedHandoff} to the consumer,
 * or one {@code RollingFile} per instance. A {@code PipeWriter} writes to what is not a regular file.
 */
package io.musher.internal.process.output;
