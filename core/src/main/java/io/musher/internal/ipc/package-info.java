/**
 * The channel between the primary and its workers: connections, control frames, messages, backpressure. The wire format
 * is specified in {@code core/PROTOCOL.md}.
 *
 * <pre>
 * primary   ChannelAcceptor ─accept▶ PendingConnection ─hello, known token▶ Channel ─▶ ChannelListener
 *                                        └─── one Connection, which changes owner ─┘
 * both      Connection = FrameDecoder (bytes in, frames out) + Outbox (frames in, bytes out) + the goodbye
 *           Mailbox = Sender (messages to send, within the window) + PendingRequests (awaiting replies)
 *                     + Inbox (received messages, acknowledgements) ─▶ MessageHandler (the listeners)
 * primary   MessageRelay: messages from worker to worker, undecoded
 *           ReceiveBudget: heap limits for received messages, divided into the windows of the workers
 * </pre>
 *
 * <p>Threads: all state belongs to one {@link io.musher.balancer.loop.EventLoop} per process, {@code <name>-control} in
 * the primary and {@code musher-channel} in a worker, and needs no lock. Other threads enter by {@code loop.execute}.
 * The few methods that any thread may call say so. A {@code ChannelListener} is called on the loop thread and must not
 * block it.
 *
 * <p>User messages are the frame types from {@link io.musher.internal.ipc.FrameType#FIRST_MESSAGE} on. Any thread may
 * send: the message is queued, the loop is woken if it sleeps, and many frames are written at once. Received messages
 * wait in the Inbox for the listener thread. While messages flow, that thread runs the loop itself
 * ({@link io.musher.balancer.loop.EventLoop#lend}), reading a message and calling the listeners in the same turn, which
 * avoids a hand-off. If a listener takes longer than a millisecond or two, the loop thread takes over again, so a slow
 * listener delays nothing but later listener calls.
 */
package io.musher.internal.ipc;
