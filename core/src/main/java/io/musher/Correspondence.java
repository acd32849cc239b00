package io.musher;

import io.musher.internal.ipc.Channel;
import io.musher.internal.ipc.Inbox;
import io.musher.internal.ipc.Letter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The primary's messages: who listens, and how a letter of a worker gets there, on the events thread. For any thread.
 */
final class Correspondence {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final String name;
    private final int maxFrame;
    private final Events events;
    private final Executor callbacks;
    private final List<BiConsumer<Worker, Message>> listeners = new CopyOnWriteArrayList<>();

    Correspondence(ClusterConfig config, Parts parts) {
        this.name = config.name();
        this.maxFrame = config.maxFrame();
        this.events = parts.events();
        this.callbacks = parts.callbacks();
        listeners.addAll(config.messageListeners());
    }

    /** {@return where a worker's messages go} */
    Inbox inbox(Member member) {
        return new Inbox(task -> events.deliverMessages("messages of " + member.worker.name(), task),
                () -> !listeners.isEmpty() || !member.listeners.isEmpty(), () -> true, letter -> hear(member, letter));
    }

    /** {@return what is sent to a worker} */
    Mail mail(Member member, Channel channel) {
        return new Mail(name + ": worker " + member.worker.id(), channel.mailbox(), maxFrame, callbacks);
    }

    Subscription onMessage(BiConsumer<Worker, Message> listener, Supplier<List<Worker>> workers) {
        listeners.add(listener);
        workers.get().forEach(worker -> poke(worker.member()));
        return () -> listeners.remove(listener);
    }

    Subscription onMessage(Member member, Consumer<Message> listener) {
        member.listeners.add(listener);
        poke(member);
        return () -> member.listeners.remove(listener);
    }

    private static void poke(Member member) {
        member.mail.mailbox().inbox().poke();
    }

    /** Sends one message to all, encoded once. {@return how many accepted it} */
    int broadcast(Object value, List<Worker> workers) {
        ByteBuffer frame = Mail.shared(Mail.PRIMARY, value, maxFrame);
        int accepted = 0;
        for (Worker worker : workers) {
            accepted += worker.isConnected() && worker.member().mail.send(frame.duplicate()) ? 1 : 0;
        }
        return accepted;
    }

    private void hear(Member member, Letter letter) {
        Worker worker = member.worker;
        Message message = new Message(letter, worker.id(), member.mail);
        Throwable failure = null;
        for (Consumer<Message> listener : member.listeners) {
            failure = first(failure, guarded(listener, message, () -> listener.accept(message)));
        }
        for (BiConsumer<Worker, Message> listener : listeners) {
            failure = first(failure, guarded(listener, message, () -> listener.accept(worker, message)));
        }
        if (failure != null) {
            message.fail(failure);
        }
        events.progress();
    }

    private static Throwable first(Throwable one, Throwable other) {
        return one != null ? one : other;
    }

    private Throwable guarded(Object listener, Message message, Runnable call) {
        try {
            call.run();
            return null;
        } catch (Throwable e) {
            LOG.warn("{}: the listener {} threw on a {}; the cluster goes on", name, listener.getClass().getName(), message.summary(), e);
            return e;
        }
    }
}
