package io.musher.internal.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The hooks of one lifecycle phase. Runs each once, in the order of registration, when the phase begins; a hook added
 * later runs at once. Thread-safe.
 */
final class Hooks {

    private final CallbackThread thread;
    private final CallbackThread.Phase phase;
    private final List<CallbackThread.Job> waiting = new ArrayList<>();
    private boolean begun;

    Hooks(CallbackThread thread, CallbackThread.Phase phase) {
        this.thread = thread;
        this.phase = phase;
    }

    void add(Runnable hook) {
        add(hook, () -> {});
    }

    /** Runs {@code afterwards} on the same thread when the hook has returned or thrown. */
    synchronized void add(Runnable hook, Runnable afterwards) {
        CallbackThread.Job job = job(hook, afterwards);
        if (begun) {
            thread.execute(job);
        } else {
            waiting.add(job);
        }
    }

    synchronized void begin() {
        if (!begun) {
            begun = true;
            waiting.forEach(thread::execute);
            waiting.clear();
        }
    }

    private CallbackThread.Job job(Runnable hook, Runnable afterwards) {
        String name = phase.name().charAt(0) + phase.name().substring(1).toLowerCase(Locale.ROOT);
        return new CallbackThread.Job(phase, "the on" + name + " hook " + hook.getClass().getName(), () -> {
            try {
                hook.run();
            } finally {
                afterwards.run();
            }
        });
    }
}
