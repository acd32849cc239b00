/**
 * Lets the worker JVMs of a cluster share the data of their classes (class data sharing of the JDK), which shortens
 * their start and saves memory.
 *
 * <pre>
 * first worker: lists its classes ─▶ all ready for 10 s ─▶ a JVM of its own adds their call sites (JDK 24 and newer)
 *   ─▶ another makes the archive ─▶ trial ─▶ published
 * every further worker: archive intact, jars unchanged ─▶ starts with it
 * </pre>
 *
 * <p>A static archive made from a list of classes, because that never runs the program, takes a second of CPU in a
 * process of its own and survives a SIGKILL; archives written by the workers at their exit delay every exit, and the
 * AOT cache of JDK 25 runs old code after a jar was replaced.
 *
 * <p>Nothing here may ever be the reason why a worker does not start, or runs other code than that of its jars:
 * {@code ClassDataKey} looks at every jar before every start, {@code ClassDataFolder} at the archive, and an archive
 * with which a worker has crashed is never used again. Who could write to the folder could run code in the workers, so
 * it has to belong to this user alone.
 */
package io.musher.internal.process.classdata;
