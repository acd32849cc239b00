package io.musher.it;

import com.sun.net.httpserver.HttpServer;
import io.musher.Message;
import io.musher.WorkerContext;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** The part of {@link ScriptedWorker} that can be ill: {@code /health} tells how it is, messages make it so. */
final class HealthEndpoint {

    private final WorkerContext me;
    private final Object left = new Object();
    private final Object right = new Object();
    private volatile int status = 200;

    private HealthEndpoint(WorkerContext me) {
        this.me = me;
    }

    static void join(HttpServer server, WorkerContext me, boolean ill) {
        HealthEndpoint health = new HealthEndpoint(me);
        health.status = ill ? 503 : 200;
        server.createContext("/health", exchange -> {
            synchronized (health.left) {
                exchange.sendResponseHeaders(health.status, -1);
            }
            exchange.close();
        });
        me.onMessage(health::messageReceived);
    }

    private void messageReceived(Message message) {
        switch (String.valueOf(message.value())) {
            case "be ill" -> status = 503;
            case "be well" -> status = 200;
            case "be lifeless" -> me.onHeartbeat(() -> false);
            case "be moody" -> me.onHeartbeat(() -> {
                throw new IllegalStateException("not today");
            });
            case "be alive" -> me.onHeartbeat(() -> true);
            case "deadlock" -> deadlock();
            case "spin" -> spin();
            default -> {} // other tests have messages of their own
        }
    }

    /** Its listener takes a processor for a while. */
    private static void spin() {
        long end = System.nanoTime() + 4_000_000_000L;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        System.out.println("has spun");
    }

    private void deadlock() {
        CountDownLatch both = new CountDownLatch(2);
        thread("this-way", left, right, both);
        thread("that-way", right, left, both);
    }

    private static void thread(String name, Object first, Object second, CountDownLatch both) {
        AtomicBoolean over = new AtomicBoolean();
        Thread thread = new Thread(() -> {
            synchronized (first) {
                both.countDown();
                try {
                    both.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                synchronized (second) {
                    over.set(true);
                }
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
    }
}
