package io.musher;

import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.message.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * What came from another process: a {@code byte[]} as it was sent, or a JSON-like value. It is decoded when it is asked for, every
 * time anew. May be kept, and used by any thread.
 *
 * <p>JSON may become thirty times as large when it is decoded. What would take more than a quarter of this JVM's heap is refused, by
 * {@link #value}, {@link #as}, {@link #asList} and {@link #text}, with an {@link IllegalArgumentException}; {@link #bytes} always gives the text.
 */
public final class Message {

    /** Characters of the value in {@link #toString}. */
    private static final int SHOWN = 80;

    private final MessageFrame letter;
    private final int from;
    private final MessageSender sender;
    private boolean replied;

    Message(MessageFrame letter, int from, MessageSender sender) {
        this.letter = letter;
        this.from = from;
        this.sender = sender;
    }

    /**
     * {@return the value: a {@code Map} with its order kept, a {@code List}, {@code String}, {@code Long} or {@code BigInteger},
     * {@code Double}, {@code Boolean}, {@code null}; or the {@code byte[]} that was sent, see {@link #bytes}}
     *
     * @throws IllegalArgumentException if the sender, a program in another language perhaps, did not send JSON
     */
    public Object value() {
        return letter.isBinary() ? letter.body() : reader().value();
    }

    /**
     * {@return the value as a record, or another type that can be sent}
     *
     * <p>For a record, members it does not have are ignored; a component that is not there is null, an empty {@code Optional}, or for a
     * primitive an error.
     *
     * @param type of the value
     * @param <T> the type
     * @throws IllegalArgumentException if the value does not fit: where, what was expected and what was found
     */
    public <T> T as(Class<T> type) {
        Objects.requireNonNull(type, "type");
        if (!letter.isBinary()) {
            return reader().as(type);
        } else if (type.isAssignableFrom(byte[].class)) {
            return type.cast(letter.body());
        }
        throw new IllegalArgumentException("the message is a byte[] of " + letter.body().length + " bytes, not " + type.getName());
    }

    /**
     * {@return the list, its elements as with {@link #as}}
     *
     * @param type of the elements
     * @param <T> the type
     * @throws IllegalArgumentException if it is no list, or an element does not fit
     */
    public <T> List<T> asList(Class<T> type) {
        Objects.requireNonNull(type, "type");
        if (letter.isBinary()) {
            throw new IllegalArgumentException("the message is a byte[] of " + letter.body().length + " bytes, not a list");
        }
        return reader().asList(type);
    }

    /** {@return the string that was sent; of any other value its JSON text, of a {@code byte[]} its bytes read as UTF-8} */
    public String text() {
        if (!letter.isBinary() && letter.body().length > 0 && letter.body()[0] == '"') {
            return reader().as(String.class);
        }
        return letter.text();
    }

    /**
     * {@return the {@code byte[]} that was sent; of any other value its JSON text in UTF-8}
     *
     * <p>It is not copied: whoever changes it changes it for the message's other listeners too.
     */
    public byte[] bytes() {
        return letter.body();
    }

    /** {@return whether the sender waits for a {@link #reply}} */
    public boolean isRequest() {
        return letter.isRequest();
    }

    /**
     * Answers a request; at any time, from any thread, once. An answer that comes too late is dropped on the other side.
     *
     * @param answer whatever can be sent
     * @throws IllegalStateException if this is no request, or was answered
     * @throws IllegalArgumentException if the answer cannot be sent; it may be tried again with another
     */
    public void reply(Object answer) {
        if (!isRequest()) {
            throw new IllegalStateException("a message that is no request cannot be answered; use send");
        }
        synchronized (this) {
            if (replied) {
                throw new IllegalStateException("this request has been answered");
            }
            sender.answer(letter, answer);
            replied = true;
        }
    }

    /** {@return the id of the worker that sent it, 0 for the primary} */
    public int from() {
        return from;
    }

    /** The handler threw: if that leaves the request without an answer, the sender hears of it. */
    synchronized void fail(Throwable failure) {
        if (isRequest() && !replied) {
            replied = true;
            sender.fail(letter, failure);
        }
    }

    private JsonReader reader() {
        return new JsonReader(letter.body(), 0, letter.body().length);
    }

    /** Returns the sender and the size, without the value: for logs, where values do not belong. */
    String summary() {
        return origin() + ", " + letter.body().length + " bytes";
    }

    private String origin() {
        return (isRequest() ? "request" : "message") + " from " + (from == 0 ? "the primary" : "worker " + from);
    }

    /** {@return the sender and the value: JSON text, cut after 80 characters, or the length of a {@code byte[]}; on one line} */
    @Override
    public String toString() {
        byte[] body = letter.body();
        if (letter.isBinary()) {
            return origin() + ": byte[" + body.length + "]";
        }
        String text = new String(body, 0, Math.min(body.length, SHOWN * Character.BYTES * 2), StandardCharsets.UTF_8)
                .replaceAll("\\p{Cntrl}", " ");
        if (text.length() <= SHOWN) {
            return origin() + ": " + text;
        }
        int end = Character.isHighSurrogate(text.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN;
        return origin() + ": " + text.substring(0, end) + "… (" + body.length + " bytes)";
    }
}
