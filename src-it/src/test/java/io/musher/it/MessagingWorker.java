package io.musher.it;

import io.musher.Message;
import io.musher.WorkerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A worker that lives from messages: does what the primary's orders say, and passes on what other workers say. */
final class MessagingWorker {

    /** What the primary wants; {@code what} is one of the words below. */
    record Order(String what, int count, int size, int to, Object value) {

        static Order of(String what) {
            return new Order(what, 0, 0, 0, null);
        }

        Order count(int n) {
            return new Order(what, n, size, to, value);
        }

        Order size(int n) {
            return new Order(what, count, n, to, value);
        }

        Order to(int worker) {
            return new Order(what, count, size, worker, value);
        }

        Order value(Object content) {
            return new Order(what, count, size, to, content);
        }
    }

    /** A message that a worker received from another worker. */
    record Received(int from, Object value) {}

    private final WorkerContext me;
    private final List<Message> kept = new ArrayList<>();
    private int heard;

    private MessagingWorker(WorkerContext me) {
        this.me = me;
    }

    public static void main(String[] args) {
        WorkerContext me = WorkerContext.current();
        MessagingWorker talker = new MessagingWorker(me);
        if (args.length > 0 && args[0].equals("lastWords")) {
            me.send("x".repeat(219_263 - 2)); // with its quotes
            System.exit(0);
        }
        me.onDrain(() -> me.send("drains"));
        me.onStop(() -> {
            if (!me.send("stops")) { // the window is full of what this worker has sent before
                me.writable().handle((done, failure) -> me.send("stops")).join();
            }
        });
        me.onDisconnect(() -> System.out.println("disconnected, a message can be sent: " + me.send("too late")));
        me.onMessage(talker::hear);
        if (args.length > 0 && args[0].equals("leaves")) {
            me.send("leaves");
            me.disconnect();
        }
    }

    private void hear(Message message) {
        heard++;
        if (message.from() != 0) {
            Received what = new Received(message.from(), message.value());
            if (message.isRequest()) {
                message.reply(what);
            } else {
                me.send(what);
            }
        } else if (message.value() instanceof Map<?, ?>) {
            obey(message, message.as(Order.class));
        } else {
            answer(message, message.value());
        }
    }

    private void obey(Message message, Order order) {
        switch (order.what) {
            case "echo" -> answer(message, order.value);
            case "send" -> {
                for (int i = 0; i < order.count; i++) {
                    me.send(i + " " + "x".repeat(order.size));
                }
            }
            case "heard" -> message.reply(heard);
            case "throw" -> throw new IllegalStateException("the worker cannot do that");
            case "never" -> {}
            case "keep" -> keep(message, order.count);
            case "late" -> {
                me.request("let me wait", Duration.ofSeconds(20)).join();
                message.reply("late");
                me.send("has answered");
            }
            case "sendTo" -> message.reply(me.sendTo(order.to, order.value));
            case "requestTo" -> me.requestTo(order.to, order.value, Duration.ofSeconds(20))
                    .whenComplete(
                            (answer, failure) -> message.reply(failure == null ? answer.value() : failure.toString()));
            case "broadcast" -> me.broadcast(order.value);
            case "flood" -> flood(message, order);
            case "stick" -> stick();
            case "exit" -> System.exit(order.count);
            default -> throw new IllegalArgumentException(order.what);
        }
    }

    private void answer(Message message, Object value) {
        if (message.isRequest()) {
            message.reply(value);
        } else {
            me.send(Optional.ofNullable(value).orElse("null"));
        }
    }

    private void keep(Message message, int count) {
        kept.add(message);
        if (kept.size() == count) {
            for (int i = count - 1; i >= 0; i--) {
                kept.get(i).reply(kept.get(i).as(Order.class).value);
            }
        }
    }

    private void flood(Message message, Order order) {
        int accepted = 0;
        while (me.send(new byte[order.size])) {
            accepted++;
        }
        message.reply(accepted);
        me.writable().thenRun(() -> me.send("can write again"));
    }

    private static void stick() {
        System.out.println("stuck");
        while (true) {
            LockSupport.park();
        }
    }
}
