/**
 * The channel between the primary and its workers; {@code core/PROTOCOL.md} says what is on the wire.
 *
 * <pre>
 * primary   ChannelServer ─accept▶ Stranger ─hello with an expected token▶ Channel ─▶ ChannelListener
 *                                      └──────── one Connection, which changes owner ────┘
 * both      Connection = FrameDecoder (bytes in, frames out) + Outbox (frames in, bytes out) + the goodbye
 * </pre>
 *
 * <p>Threads: all of it belongs to one {@link io.musher.balancer.loop.EventLoop} per process, {@code <name>-control} in the primary and
 * {@code musher-channel} in a worker, and has no lock. Others enter by {@code loop.execute}. The few methods that any thread may
 * call say so. A listener is called on that thread too and must not block it.
 *
 * <p>User messages are the types from {@link io.musher.internal.ipc.FrameType#FIRST_MESSAGE} on: the codec carries them, today's
 * owners skip them.
 */
package io.musher.internal.ipc;
