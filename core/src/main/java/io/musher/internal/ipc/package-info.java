/**
 * The channel between the primary and its workers; {@code core/PROTOCOL.md} says what is on the wire.
 *
 * <pre>
 * primary   ChannelServer ─accept▶ Stranger ─hello with an expected token▶ Channel ─▶ ChannelListener
 *                                      └──────── one Connection, which changes owner ────┘
 * both      Connection = FrameDecoder (bytes in, frames out) + Outbox (frames in, bytes out) + the goodbye
 *           Mailbox = Sender (what was sent, within the peer's window) + Replies (what was asked) + Inbox (what has come)
 *           Relays (primary): from worker to worker, undecoded
 * </pre>
 *
 * <p>Threads: all of it belongs to one {@link io.musher.balancer.loop.EventLoop} per process, {@code <name>-control} in the primary and
 * {@code musher-channel} in a worker, and has no lock. Others enter by {@code loop.execute}. The few methods that any thread may
 * call say so. A listener is called on that thread too and must not block it.
 *
 * <p>User messages are the types from {@link io.musher.internal.ipc.FrameType#FIRST_MESSAGE} on. Sending, from any thread, is a queue and, when
 * the loop sleeps, a wake-up; many frames leave in one write. What comes waits in the Inbox for the listeners' thread. Where messages flow that
 * thread leads the loop ({@link io.musher.balancer.loop.EventLoop#lead}): it reads a message and tells the listeners in the same turn, nobody is
 * woken; a listener that takes longer than a millisecond or two loses the lead, and waits for nobody but itself.
 */
package io.musher.internal.ipc;
