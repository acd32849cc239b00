package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Signals;
import java.nio.channels.SocketChannel;
import org.slf4j.LoggerFactory;

/** The worker that this JVM is, if it is one: joins the cluster at the first use, and connects the JVM to it. */
public final class CurrentWorker {

    private static final Log LOG = Log.lazy("io.musher.WorkerContext");

    /** The delay before classes are preloaded, so as not to compete with the startup of the program. */
    private static final long PRELOAD_NANOS = 500_000_000;

    /** Matches the classes that an orderly exit may need. */
    private static final String NEEDED_AT_THE_END = "io\\.musher\\.(WorkerContext|Message"
            + "|internal\\.(worker|ipc|dispatch|bind)\\.|internal\\.process\\.os\\.Listening).*";

    /** The exit status of a JVM that SIGTERM has ended. */
    private static final int SIGTERM_STATUS = 128 + 15;

    /** Null until this copy of Musher has joined; guarded by the class. */
    private static @Nullable WorkerRuntime runtime;

    private CurrentWorker() {}

    /** {@return whether this process is marked as a worker; a pure query} */
    public static boolean isWorker() {
        return WorkerEnvironment.isWorker(System.getenv(), System.getProperty(WorkerEnvironment.PROPERTY));
    }

    /** Joins the cluster, unless another copy of Musher in this JVM has done so. */
    public static synchronized void join() {
        String refusal = runtime == null ? JoinGuard.refusal() : null;
        if (refusal != null) {
            LOG.warn("{}", refusal);
        } else {
            runtime();
        }
    }

    /**
     * {@return the runtime of this worker} The first call joins the cluster.
     *
     * @throws IllegalStateException if this process is not a worker, its environment is invalid, or another copy of
     *     Musher in this JVM has joined
     */
    public static synchronized WorkerRuntime runtime() {
        if (runtime == null) {
            if (!isWorker()) {
                throw new IllegalStateException("this process is not a worker; check Cluster.isWorker() first");
            }
            JoinGuard.claim();
            try {
                runtime = begin();
            } finally {
                if (runtime == null) {
                    JoinGuard.release();
                }
            }
        }
        return runtime;
    }

    /** Says hello first, so that the primary learns of this worker while the rest is still being loaded. */
    private static WorkerRuntime begin() {
        WorkerEnvironment environment = WorkerEnvironment.parse(System.getenv());
        SocketChannel greeted = Greeting.send(environment);
        handleSignals(environment.jvm());
        KeepAlive keepAlive = new KeepAlive();
        JvmExit jvmExit = JvmExit.ofThisJvm();
        WorkerRuntime joined = new WorkerRuntime(environment, greeted, jvmExit, keepAlive);
        keepAlive.start(jvmExit, joined::mainReturned);
        Runtime.getRuntime().addShutdownHook(new Thread(joined::shutDown, "musher-goodbye"));
        joined.schedule(CurrentWorker::preload, PRELOAD_NANOS);
        joined.start();
        return joined;
    }

    private static void handleSignals(boolean jvm) {
        Signals.handle("TERM", new Termination());
        if (jvm) {
            // Ctrl-C reaches the whole foreground process group; the primary then stops its workers in an orderly way
            Signals.handle("INT", new IgnoredInterrupt());
        }
    }

    private static final class Termination implements Runnable {
        /** Stops this worker; a signal that arrives while it joins waits for that. */
        @Override
        public void run() {
            synchronized (CurrentWorker.class) {
                if (runtime != null) {
                    runtime.terminate();
                    return;
                }
            }
            System.exit(SIGTERM_STATUS); // it could not join
        }
    }

    private static final class IgnoredInterrupt implements Runnable {
        @Override
        public void run() {
            LOG.debug("ignored SIGINT; the primary handles it");
        }
    }

    /** Loads the classes that an orderly exit needs, because by then the jars may have been overwritten. */
    private static void preload() {
        DaemonThreads.start("musher-preload", Thread.MIN_PRIORITY, () -> {
            ClassPreloader.loadMatching(WorkerRuntime.class, name -> name.matches(NEEDED_AT_THE_END));
            ClassPreloader.loadMatching(EventLoop.class, name -> name.startsWith("io.musher.balancer.loop."));
            ClassPreloader.loadMatching(LoggerFactory.class, name -> true);
            // logs nothing: slf4j is to be initialised by the program, not by this thread at the same time
        });
    }
}
