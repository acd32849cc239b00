package io.musher.internal.worker;

import io.musher.balancer.loop.Log;
import io.musher.internal.bind.BindHook;
import java.io.IOException;

/** Stops and resumes the accepting of connections by an application that shares the listener of the primary. */
final class Accepting {

    private static final Log LOG = Log.lazy("io.musher.WorkerContext");

    private Accepting() {}

    static void pause(WorkerEnvironment worker) {
        try {
            BindHook.pauseAccepting();
        } catch (IOException | LinkageError e) { // the jar may have been overwritten
            LOG.warn("{}: cannot stop accepting connections on the common port, so more of them will come: {}", worker,
                    e.toString());
        }
    }

    static void resume(WorkerEnvironment worker) {
        try {
            BindHook.resumeAccepting();
        } catch (IOException e) {
            LOG.warn("{}: cannot accept connections on the common port again: {}", worker, e.toString());
        }
    }
}
