package io.musher.internal.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The hooks of one moment, run in the order they were added, once; one that comes after the moment runs at once. Safe for use by
 * several threads.
 */
final class Hooks {

    private final UserThread thread;
    private final UserThread.Phase phase;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean begun;

    Hooks(UserThread thread, UserThread.Phase phase) {
        this.thread = thread;
        this.phase = phase;
    }

    synchronized void add(Runnable hook) {
        if (begun) {
            run(hook);
        } else {
            waiting.add(hook);
        }
    }

    synchronized void begin() {
        if (!begun) {
            begun = true;
            waiting.forEach(this::run);
            waiting.clear();
        }
    }

    private void run(Runnable hook) {
        String name = phase.name().charAt(0) + phase.name().substring(1).toLowerCase(Locale.ROOT);
        thread.execute(new UserThread.Job(phase, "the on" + name + " hook " + hook.getClass().getName(), hook));
    }
}
