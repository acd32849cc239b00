package io.musher;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.dispatch.ListenerExecutor;
import io.musher.internal.ipc.Channel;
import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.ipc.MessageHandler;
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
 * Dispatches messages of workers to the primary's listeners, on the events thread, and sends broadcasts. Thread-safe.
 */
final class MessageDispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final String name;
    private final int maxMessageSize;
    private final ListenerExecutor eventThread;
    private final Executor callbacks;
    private final List<BiConsumer<Worker, Message>> listeners = new CopyOnWriteArrayList<>();

    MessageDispatcher(ClusterConfig config, ClusterResources resources) {
        this.name = config.name();
        this.maxMessageSize = config.maxMessageSize();
        this.eventThread = resources.events();
        this.callbacks = resources.callbacks();
        listeners.addAll(config.messageListeners());
    }

    /** {@return a handler that passes a worker's messages to the listeners} */
    MessageHandler handler(WorkerSession session) {
        String what = "messages of " + session.worker.name();
        return new MessageHandler() {
            @Override
            public boolean hasListener() {
                return !listeners.isEmpty() || !session.listeners.isEmpty();
            }

            @Override
            public void execute(Runnable delivery) {
                eventThread.deliverMessages(what, delivery);
            }

            @Override
            public void handle(MessageFrame message) {
                dispatch(session, message);
            }
        };
    }

    /** {@return a new sender of messages to a worker} */
    MessageSender sender(WorkerSession session, Channel channel) {
        return new MessageSender(name + ": worker " + session.worker.id(), channel.mailbox(), maxMessageSize,
                callbacks);
    }

    Subscription onMessage(BiConsumer<Worker, Message> listener, Supplier<List<Worker>> workers) {
        listeners.add(listener);
        workers.get().forEach(worker -> scheduleDelivery(worker.session()));
        return () -> listeners.remove(listener);
    }

    Subscription onMessage(WorkerSession session, Consumer<Message> listener) {
        session.listeners.add(listener);
        scheduleDelivery(session);
        return () -> session.listeners.remove(listener);
    }

    private static void scheduleDelivery(WorkerSession session) {
        session.sender.mailbox().inbox().scheduleDelivery();
    }

    /**
     * Sends a message to all connected workers; encodes it once.
     *
     * @return how many workers accepted the message
     */
    int broadcast(Object value, List<Worker> workers) {
        ByteBuffer frame = MessageSender.shared(MessageSender.PRIMARY, value, maxMessageSize);
        int accepted = 0;
        for (Worker worker : workers) {
            accepted += worker.isConnected() && worker.session().sender.send(frame.duplicate()) ? 1 : 0;
        }
        return accepted;
    }

    private void dispatch(WorkerSession session, MessageFrame frame) {
        Worker worker = session.worker;
        Message message = new Message(frame, worker.id(), session.sender);
        Throwable failure = null;
        for (Consumer<Message> listener : session.listeners) {
            failure = first(failure, failureOf(listener, message, () -> listener.accept(message)));
        }
        for (BiConsumer<Worker, Message> listener : listeners) {
            failure = first(failure, failureOf(listener, message, () -> listener.accept(worker, message)));
        }
        if (failure != null) {
            message.fail(failure);
        }
        eventThread.progress();
    }

    private static @Nullable Throwable first(@Nullable Throwable one, @Nullable Throwable other) {
        return one != null ? one : other;
    }

    private @Nullable Throwable failureOf(Object listener, Message message, Runnable call) {
        try {
            call.run();
            return null;
        } catch (Throwable e) {
            LOG.warn("{}: the listener {} threw on a {}; the cluster continues", name, listener.getClass().getName(),
                    message.summary(), e);
            return e;
        }
    }
}
