package io.musher;

import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.message.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Holds a message or request from another process: a {@code byte[]}, or a JSON value. The value is decoded on each
 * access. May be kept, and may be used by any thread.
 *
 * <p>Decoding can make JSON up to thirty times larger. A value that would take more than a quarter of this JVM's heap
 * is refused with {@link IllegalArgumentException} by {@link #value}, {@link #as}, {@link #asList} and {@link #text};
 * {@link #bytes} always returns the JSON text.
 */
public final class Message {

    /** Maximum number of characters of the value in {@link #toString}. */
    private static final int MAX_SHOWN = 80;

    private final MessageFrame frame;
    private final int from;
    private final MessageSender sender;
    private boolean replied;

    Message(MessageFrame frame, int from, MessageSender sender) {
        this.frame = frame;
        this.from = from;
        this.sender = sender;
    }

    /**
     * {@return the value: a {@code Map} in the sender's order, {@code List}, {@code String}, {@code Long} or
     * {@code BigInteger}, {@code Double}, {@code Boolean}, {@code null}; or the {@code byte[]} that was sent, see
     * {@link #bytes}}
     *
     * @throws IllegalArgumentException if the message is not valid JSON, as can happen with a sender in another
     *     language
     */
    public Object value() {
        return frame.isBinary() ? frame.body() : decoded(JsonReader::value);
    }

    /**
     * Converts the value to a record or another type that {@link Worker#send} accepts.
     *
     * <p>For a record, unknown members of the JSON object are ignored. A component without a member becomes null or an
     * empty {@code Optional}; a primitive one is an error.
     *
     * @param type the type to convert to
     * @param <T> the type to convert to
     * @return the converted value
     * @throws IllegalArgumentException if the value does not fit; the message says where, what was expected and what
     *     was found
     */
    public <T> T as(Class<T> type) {
        Objects.requireNonNull(type, "type");
        if (!frame.isBinary()) {
            return decoded(json -> json.as(type));
        } else if (type.isAssignableFrom(byte[].class)) {
            return type.cast(frame.body());
        }
        throw new IllegalArgumentException(
                "the message is a byte[] of " + frame.body().length + " bytes, not " + type.getName());
    }

    /**
     * Converts the value to a list, its elements as {@link #as} does.
     *
     * @param type the type of the elements
     * @param <T> the type of the elements
     * @return the list
     * @throws IllegalArgumentException if the value is not a list, or an element does not fit
     */
    public <T> List<T> asList(Class<T> type) {
        Objects.requireNonNull(type, "type");
        if (frame.isBinary()) {
            throw new IllegalArgumentException(
                    "the message is a byte[] of " + frame.body().length + " bytes, not a list");
        }
        return reader().asList(type);
    }

    /**
     * {@return the string that was sent; for another value its JSON text, for a {@code byte[]} its bytes decoded as
     * UTF-8}
     *
     * @throws IllegalArgumentException if the string is not valid JSON
     */
    public String text() {
        if (!frame.isBinary() && frame.body().length > 0 && frame.body()[0] == '"') {
            return Objects.requireNonNull(reader().as(String.class)); // not null: it begins with a quotation mark
        }
        return frame.text();
    }

    /**
     * {@return the {@code byte[]} that was sent; for another value its JSON text in UTF-8}
     *
     * <p>The array is not copied: changes to it are visible to the other listeners of the message.
     */
    public byte[] bytes() {
        return frame.body();
    }

    /** {@return whether the sender waits for a {@link #reply}} */
    public boolean isRequest() {
        return frame.isRequest();
    }

    /**
     * Replies to a request, once, at any time and from any thread. Never blocks. Replies may use twice the send window
     * of messages; if a reply does not fit, the request fails with {@link RemoteFailureException} instead, and a
     * warning is logged. A reply has no effect after the sender's timeout or after the channel has closed.
     *
     * @param reply what {@link Worker#send} accepts
     * @throws IllegalStateException if this message is not a request, or was replied to already
     * @throws IllegalArgumentException if the reply cannot be encoded or is too large; another one may be sent then
     */
    public void reply(Object reply) {
        if (!isRequest()) {
            throw new IllegalStateException(
                    "this message is not a request, so it cannot be replied to; use send instead");
        }
        synchronized (this) {
            if (replied) {
                throw new IllegalStateException("this request has a reply already; a request can be replied to once");
            }
            sender.reply(frame, reply);
            replied = true;
        }
    }

    /** {@return the id of the worker that sent the message; 0 for the primary} */
    public int from() {
        return from;
    }

    /** Reports a listener's exception to the sender, if the request has no reply yet. */
    synchronized void fail(Throwable failure) {
        if (isRequest() && !replied) {
            replied = true;
            sender.fail(frame, failure);
        }
    }

    /** Returns what the reader returns, also the null of JSON. */
    private <T> T decoded(Function<JsonReader, T> decoding) {
        return decoding.apply(reader());
    }

    private JsonReader reader() {
        return new JsonReader(frame.body(), 0, frame.body().length);
    }

    /** {@return the sender and the size without the value, for logs, which must not contain values} */
    String summary() {
        return origin() + ", " + frame.body().length + " bytes";
    }

    private String origin() {
        return (isRequest() ? "request" : "message") + " from " + (from == 0 ? "the primary" : "worker " + from);
    }

    /**
     * {@return the sender and the value on one line: JSON text, cut after 80 characters, or the length of a
     * {@code byte[]}}
     */
    @Override
    public String toString() {
        byte[] body = frame.body();
        if (frame.isBinary()) {
            return origin() + ": byte[" + body.length + "]";
        }
        String text = new String(body, 0, Math.min(body.length, MAX_SHOWN * Character.BYTES * 2),
                StandardCharsets.UTF_8)
                .replaceAll("\\p{Cntrl}", " ");
        if (text.length() <= MAX_SHOWN) {
            return origin() + ": " + text;
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_SHOWN - 1)) ? MAX_SHOWN - 1 : MAX_SHOWN;
        return origin() + ": " + text.substring(0, end) + "… (" + body.length + " bytes)";
    }
}
