package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.musher.balancer.loop.EventLoop;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A channel and all it told, in order. */
public final class Heard implements ChannelListener {

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final EventLoop loop;
    public volatile Channel channel;
    /** Runs within the callback of that name. */
    public volatile Runnable onStopRequested = () -> { };
    public volatile Runnable onReady = () -> { };

    Heard(EventLoop loop) {
        this.loop = loop;
    }

    /** {@return the next event} */
    public String next() throws InterruptedException {
        String event = events.poll(20, TimeUnit.SECONDS);
        assertNotNull(event, "an event of the channel within 20 s");
        return event;
    }

    /** The next events, in order. */
    public Heard expect(String... expected) throws InterruptedException {
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
    public void listening(int port) {
        add("listening " + port);
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
    public void goodbye() {
        add("goodbye connected=" + channel.isConnected());
    }

    @Override
    public void lost(String why) {
        add("lost: " + why);
    }
}
