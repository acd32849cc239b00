/**
 * The control endpoint of a primary, and its client.
 *
 * <pre>
 * UnixDoor ─▶ DoorClient (a thread each) ─▶ ControlHandler (one for all doors) ─▶ the primary
 *                        ▲ lines                       │ streams
 *                        └──────── Feed ◀── EventLog, LogMemory (publish, never wait)
 * </pre>
 *
 * <p>A door owns its sockets and threads and knows no command. The handler knows no socket: another door, such as one
 * for HTTP, calls the same handler with a {@code Request} and maps {@code ControlException.code} to its own answers. A
 * {@code Feed} is the only thing between a publisher and a client that reads slowly: it is bounded, and what does not
 * fit is counted and reported to the client as a gap.
 */
package io.musher.ops.internal.control;
