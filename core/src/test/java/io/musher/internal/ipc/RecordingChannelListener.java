package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.process.os.Loopback;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Records the events of one channel, in order. */
public final class RecordingChannelListener implements ChannelListener {

    private static final ExecutorService LISTENERS = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "test-listeners");
        thread.setDaemon(true);
        return thread;
    });

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    /** What it told of its drain hooks; apart from the rest, because most workers have some. */
    public final BlockingQueue<String> hooks = new LinkedBlockingQueue<>();
    private final EventLoop loop;
    public volatile Channel channel;
    /** Runs within the callback of that name. */
    public volatile Runnable onStopRequested = () -> {};
    public volatile Runnable onReady = () -> {};
    /** Passes messages to {@link #message}, on a thread of their own, while {@link #listens}. */
    final MessageHandler handler = new MessageHandler() {
        @Override
        public boolean hasListener() {
            return listens;
        }

        @Override
        public void execute(Runnable delivery) {
            LISTENERS.execute(delivery);
        }

        @Override
        public void handle(MessageFrame message) {
            messages.add(message);
        }
    };
    public volatile boolean listens = true;
    private final BlockingQueue<MessageFrame> messages = new LinkedBlockingQueue<>();

    RecordingChannelListener(EventLoop loop) {
        this.loop = loop;
    }

    /** {@return the queue of messages before the listener} */
    Inbox inbox() {
        return channel.mailbox().inbox();
    }

    /** {@return the next message} */
    public MessageFrame message() throws InterruptedException {
        MessageFrame frame = messages.poll(20, TimeUnit.SECONDS);
        assertNotNull(frame, "a message within 20 s");
        return frame;
    }

    /** {@return whether a message waits to be asked for} */
    public boolean hasLetter() {
        return !messages.isEmpty();
    }

    /** {@return the next event} */
    public String next() throws InterruptedException {
        String event = events.poll(20, TimeUnit.SECONDS);
        assertNotNull(event, "an event of the channel within 20 s");
        return event;
    }

    /** The next events, in order. */
    public RecordingChannelListener expect(String... expected) throws InterruptedException {
        for (String event : expected) {
            assertEquals(event, next());
        }
        return this;
    }

    /** {@return the pid it said hello with} */
    public long expectHello() throws InterruptedException {
        String event = next();
        assertEquals("hello", event.split(" ")[0], event);
        return Long.parseLong(event.split(" ")[1]);
    }

    /** {@return what is left} */
    public String[] rest() {
        return events.toArray(String[]::new);
    }

    private void add(String event) {
        if (!loop.inLoop()) {
            event += " (on the wrong thread)";
        }
        events.add(event);
    }

    @Override
    public void hello(long pid) {
        add("hello " + pid);
    }

    @Override
    public void ready() {
        add("ready");
        onReady.run();
    }

    @Override
    public void notReady() {
        add("notReady");
    }

    @Override
    public void listening(InetSocketAddress address) {
        add("listening " + (address.getAddress().equals(Loopback.ADDRESS) ? Integer.toString(address.getPort())
                : ListeningFrame.text(address)));
    }

    @Override
    public void disconnectRequested() {
        add("disconnectRequested");
    }

    @Override
    public void stopRequested() {
        add("stopRequested");
        onStopRequested.run();
    }

    @Override
    public void heartbeatAnswered(long number) {
        add("alive " + number);
    }

    @Override
    public void drainHooks() {
        hooks.add("drain hooks");
    }

    @Override
    public void drainHooksDone() {
        hooks.add("drained");
    }

    @Override
    public void mainReturned() {
        hooks.add("main returned");
    }

    @Override
    public void goodbye() {
        add("goodbye connected=" + channel.isConnected());
    }

    @Override
    public void lost(String why) {
        add("lost: " + why);
    }
}
