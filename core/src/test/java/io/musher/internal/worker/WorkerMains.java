package io.musher.internal.worker;

import io.musher.WorkerContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** What workers in tests run; each says on its standard output how far it is. */
final class WorkerMains {

    private WorkerMains() {}

    static void say(String line) {
        System.out.println(line);
    }

    static void hang() {
        while (true) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                say("interrupted");
            }
        }
    }

    static WorkerContext withHooks() {
        WorkerContext me = WorkerContext.current();
        me.onDrain(() -> say("drain draining=" + me.isDraining() + " connected=" + me.isConnected()));
        me.onStop(() -> say("stop on a daemon=" + Thread.currentThread().isDaemon()));
        me.onDisconnect(() -> say("disconnected connected=" + me.isConnected()));
        return me;
    }

    /** Main returns; the channel keeps it alive. */
    static final class Plain {
        public static void main(String[] arguments) {
            WorkerContext me = withHooks();
            say(me + " " + me.id() + " " + me.instance() + " " + me.name() + " " + me.port() + " " + me.address());
            me.ready();
        }
    }

    static final class Tells {
        public static void main(String[] arguments) {
            WorkerContext me = WorkerContext.current();
            me.ready();
            me.notReady();
            me.listening(65535);
            try {
                me.listening(65536);
            } catch (IllegalArgumentException e) {
                say(e.getMessage());
            }
        }
    }

    static final class ManyThreads {
        public static void main(String[] arguments) throws Exception {
            CountDownLatch go = new CountDownLatch(1);
            List<CompletableFuture<WorkerContext>> found = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                CompletableFuture<WorkerContext> one = new CompletableFuture<>();
                found.add(one);
                new Thread(() -> {
                    try {
                        go.await();
                        one.complete(WorkerContext.current());
                    } catch (Throwable e) {
                        one.completeExceptionally(e);
                    }
                }).start();
            }
            go.countDown();
            Set<WorkerContext> all = new HashSet<>();
            for (CompletableFuture<WorkerContext> one : found) {
                all.add(one.get());
            }
            say(all.size() + " context");
            WorkerContext.current().ready();
        }
    }

    /** In the first line; lives on until it is typed to. */
    static final class DisconnectsFirst {
        public static void main(String[] arguments) throws IOException {
            WorkerContext.current().disconnect();
            WorkerContext me = withHooks();
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
            in.readLine();
            me.ready();
            say("typed connected=" + me.isConnected());
        }
    }

    /** Out of the cluster, and never ends by itself. */
    static final class LivesOnAlone {
        public static void main(String[] arguments) {
            withHooks().disconnect();
            hang();
        }
    }

    /**
     * Starts a worker of the given main in a process of its own, does something to it, says its pid, and waits to be
     * killed.
     */
    static final class Primary {
        public static void main(String[] arguments) throws Exception {
            WorkerFixture fixture = new WorkerFixture();
            TestWorkerProcess worker = fixture.start(Class.forName(arguments[0]));
            worker.listener.expectHello();
            switch (arguments[1]) {
                case "goodbye" -> {
                    fixture.channels.run(() -> worker.listener.channel.goodbye(""));
                    worker.prints("drain draining=true connected=true", "disconnected connected=false");
                }
                case "stop" -> {
                    fixture.channels.run(worker.listener.channel::stop);
                    worker.listener.expect("ready", "goodbye connected=false");
                }
                default -> worker.listener.expect("ready");
            }
            say("worker " + worker.process.pid());
            hang();
        }
    }

    /** Starts a child that has its environment, and prints what that says. */
    static final class HasAChild {
        public static void main(String[] arguments) throws Exception {
            WorkerContext.current();
            Process child = new ProcessBuilder(WorkerFixture.java(List.of(), AmIAWorker.class)).inheritIO().start();
            say("child ended " + child.waitFor());
        }
    }

    static final class AmIAWorker {
        public static void main(String[] arguments) {
            say("worker=" + CurrentWorker.isWorker());
            try {
                WorkerContext.current();
            } catch (IllegalStateException e) {
                say(e.getMessage());
            }
        }
    }

    /** A program that has never heard of clusters. */
    static final class NeverCalls {
        public static void main(String[] arguments) {
            say(String.join("|", arguments));
            if (arguments.length == 0) {
                throw new IllegalArgumentException("no arguments on purpose");
            }
        }
    }
}
