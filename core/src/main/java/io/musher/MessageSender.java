package io.musher;

import io.musher.balancer.loop.Durations;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.LogThrottle;
import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.Mailbox;
import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.message.JsonWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/**
 * Sends messages, requests and replies on one end of a channel: encodes on the calling thread, completes futures on
 * another. Thread-safe.
 */
final class MessageSender {

    /** The id of the primary as sender or receiver. */
    static final int PRIMARY = 0;

    private static final Log LOG = Log.lazy("io.musher.Cluster");
    private static final int MAX_FAILURE = 2048;

    private final String owner;
    private final Mailbox mailbox;
    private final int maxMessageSize;
    private final Executor callbacks;
    private final LogThrottle windowFull = new LogThrottle();
    private final LogThrottle replyRefused = new LogThrottle();
    private final LogThrottle failureRefused = new LogThrottle();

    /** Creates a sender; {@code owner} is the prefix of its log lines. */
    MessageSender(String owner, Mailbox mailbox, int maxMessageSize, Executor callbacks) {
        this.owner = owner;
        this.mailbox = mailbox;
        this.maxMessageSize = maxMessageSize;
        this.callbacks = callbacks;
    }

    Mailbox mailbox() {
        return mailbox;
    }

    /**
     * Encodes a message for several receivers; each one gets a duplicate of the frame.
     *
     * @throws IllegalArgumentException if the value cannot be encoded
     */
    static ByteBuffer shared(int peer, Object value, int maxMessageSize) {
        return encode(FrameType.JSON_MESSAGE, 0, peer, value, maxMessageSize, ByteBuffer::allocate).asReadOnlyBuffer();
    }

    /**
     * Encodes a message.
     *
     * @throws IllegalArgumentException if the value cannot be encoded
     */
    ByteBuffer frame(int peer, Object value) {
        return encode(FrameType.JSON_MESSAGE, 0, peer, value);
    }

    boolean send(int peer, Object value) {
        return send(frame(peer, value));
    }

    boolean send(ByteBuffer frame) {
        boolean sent = mailbox.send(frame);
        if (!sent && !mailbox.isClosed()) {
            warn();
        }
        return sent;
    }

    static void checkTimeout(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout " + Durations.text(timeout) + " is not positive");
        }
    }

    /**
     * Sends a request; {@code receiver} names the receiver in error messages, {@code from} is the sender of the reply.
     */
    CompletableFuture<Message> request(int peer, String receiver, int from, Object value, Duration timeout,
            boolean connected) {
        checkTimeout(timeout);
        // before the check: a value that cannot be encoded is refused in any case
        ByteBuffer request = encode(FrameType.JSON_REQUEST, 0, peer, value);
        if (!connected) {
            return CompletableFuture.failedFuture(new PeerGoneException(receiver + " has no open channel"));
        }
        CompletableFuture<Message> promise = new CompletableFuture<>();
        boolean sent = mailbox.request(request, peer, timeout, new Mailbox.ReplyHandler() {
            @Override
            public void replied(MessageFrame reply) {
                callbacks.execute(() -> {
                    mailbox.acknowledge(reply);
                    complete(promise, reply, from);
                });
            }

            @Override
            public void timedOut() {
                callbacks.execute(() -> promise.completeExceptionally(
                        new TimeoutException("no answer from " + receiver + " within " + Durations.text(timeout))));
            }

            @Override
            public void gone() {
                callbacks.execute(() -> promise.completeExceptionally(new PeerGoneException(receiver + " is gone")));
            }
        });
        if (!sent && mailbox.isClosed()) {
            promise.completeExceptionally(new PeerGoneException(receiver + " is gone"));
        } else if (!sent) {
            warn();
            promise.completeExceptionally(
                    new TimeoutException(
                            "request to " + receiver + " not sent: the send window of " + (mailbox.window() >> 10)
                                    + " KiB is full"));
        }
        return promise;
    }

    private void complete(CompletableFuture<Message> promise, MessageFrame reply, int from) {
        if (reply.type() == FrameType.REQUEST_FAILED) {
            promise.completeExceptionally(new RemoteFailureException(reply.text()));
        } else {
            promise.complete(new Message(reply, from, this));
        }
    }

    /** {@return completes when a refused message is worth trying again; fails when the channel has closed} */
    CompletableFuture<Void> writable(String receiver) {
        CompletableFuture<Void> promise = new CompletableFuture<>();
        mailbox.whenWritable(() -> callbacks.execute(() -> {
            if (mailbox.isClosed()) {
                promise.completeExceptionally(new PeerGoneException(receiver + " is gone"));
            } else {
                promise.complete(null);
            }
        }));
        return promise;
    }

    /** Sends a reply; one that does not fit the send window fails the request instead. */
    void reply(MessageFrame request, Object reply) {
        ByteBuffer frame = encode(FrameType.JSON_REPLY, request.sequence(), request.peer(), reply);
        int bytes = frame.limit() - MessageFrame.HEADROOM;
        if (mailbox.reply(frame) || mailbox.isClosed()) {
            return;
        }
        if (replyRefused.isDue(System.nanoTime())) {
            LOG.warn(
                    "{}: a reply of {} bytes was not sent, so its request fails: {} KiB wait for the listeners of"
                            + " the other"
                            + " side, the send window is {} KiB; reply with less, or less often (logged once in 10 s)",
                    owner, bytes, mailbox.waiting() >> 10, mailbox.window() >> 10);
        }
        fail(request, "the reply of " + bytes + " bytes was not sent: the send window of " + (mailbox.window() >> 10)
                + " KiB is full");
    }

    /** Fails a request with what its listener threw. */
    void fail(MessageFrame request, Throwable failure) {
        fail(request, text(failure));
    }

    private void fail(MessageFrame request, String text) {
        ByteBuffer body = StandardCharsets.UTF_8
                .encode(text.length() > MAX_FAILURE ? text.substring(0, MAX_FAILURE) : text);
        ByteBuffer frame = ByteBuffer.allocate(MessageFrame.HEADROOM + body.remaining());
        frame.position(MessageFrame.HEADROOM).put(body).flip();
        boolean sent = mailbox
                .replyFailure(MessageFrame.frame(FrameType.REQUEST_FAILED, request.sequence(), request.peer(), frame));
        if (!sent && !mailbox.isClosed() && failureRefused.isDue(System.nanoTime())) {
            LOG.warn("{}: the send window is full even for failures; requests without a reply will time out"
                    + " (logged once in 10 s)", owner);
        }
    }

    private static String text(Throwable failure) {
        try {
            return String.valueOf(failure);
        } catch (RuntimeException e) { // the exception's own toString threw
            return failure.getClass().getName();
        }
    }

    private void warn() {
        if (windowFull.isDue(System.nanoTime())) {
            LOG.warn(
                    "{}: a message was not sent: {} KiB wait for the listeners of the other side, the send window is"
                            + " {} KiB"
                            + " (logged once in 10 s)",
                    owner, mailbox.waiting() >> 10, mailbox.window() >> 10);
        }
    }

    private ByteBuffer encode(int type, int sequence, int peer, Object value) {
        return encode(type, sequence, peer, value, maxMessageSize, mailbox::buffer);
    }

    private static ByteBuffer encode(int type, int sequence, int peer, Object value, int maxMessageSize,
            IntFunction<ByteBuffer> room) {
        if (!(value instanceof byte[] bytes)) {
            return MessageFrame.frame(type, sequence, peer,
                    JsonWriter.write(value, MessageFrame.HEADROOM, maxMessageSize, room));
        } else if (bytes.length > maxMessageSize) {
            throw new IllegalArgumentException(
                    "a byte[] of " + bytes.length + " bytes is over maxMessageSize, " + maxMessageSize);
        }
        ByteBuffer frame = room.apply(MessageFrame.HEADROOM + bytes.length).put(MessageFrame.HEADROOM, bytes);
        return MessageFrame.frame(FrameType.binary(type), sequence, peer, frame);
    }
}
