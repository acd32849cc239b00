package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.musher.Message;
import io.musher.Worker;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Collects the messages that a primary receives, in order. */
final class ReceivedMessages implements BiConsumer<Worker, Message> {

    /** A message and who sent it. */
    record Said(Worker worker, Message message) {}

    private final BlockingQueue<Said> said = new LinkedBlockingQueue<>();

    @Override
    public void accept(Worker worker, Message message) {
        said.add(new Said(worker, message));
    }

    Said next() throws InterruptedException {
        Said next = said.poll(30, TimeUnit.SECONDS);
        assertNotNull(next, "a message within 30 s");
        return next;
    }

    Message message() throws InterruptedException {
        return next().message;
    }

    Object value() throws InterruptedException {
        return message().value();
    }

    boolean isEmpty() {
        return said.isEmpty();
    }
}
