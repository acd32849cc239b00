package io.musher.internal.supervisor;

import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;

/** A worker's way in, from the fork to its being ready; judges by the rules what makes it so. */
final class Arrival {

    /** A command that has lived so long is taken for one that says no hello, and for running. */
    private static final Duration LIVED = Duration.ofSeconds(1);

    private final Roster roster;
    private final Ladder ladder;
    private final RolloutPlan rollout;

    Arrival(Roster roster, Ladder ladder, RolloutPlan rollout) {
        this.roster = roster;
        this.ladder = ladder;
        this.rollout = rollout;
    }

    void spawned(Incarnation worker, Spawned process) {
        worker.forked(process);
        roster.forked(worker);
        roster.news.forked(worker, worker.why());
        worker.startTimeout.set(roster.rules.startTimeout(), () -> ladder.startTimedOut(worker));
        if (process.command()) {
            worker.alive.set(LIVED, () -> lived(worker));
        }
        List<Runnable> heard = List.copyOf(worker.early);
        worker.early.clear();
        heard.forEach(Runnable::run);
    }

    /** {@return whether the channel may stay} */
    boolean hello(Incarnation worker) {
        if (worker.parted || worker.closed || !worker.isAlive()) {
            return false;
        }
        Ladder.whenForked(worker, () -> {
            if (worker.isAlive() && !worker.closed) {
                worker.spoke = true;
                worker.connected(true);
                online(worker, "it said hello");
                if (roster.rules.readyWhen() == ReadyWhen.RUNNING && !worker.isCommand()) {
                    seemsReady(worker, "it said hello");
                }
                ladder.remind(worker);
            }
        });
        return true;
    }

    private void lived(Incarnation worker) {
        online(worker, "it runs");
        if (roster.rules.readyWhen() == ReadyWhen.RUNNING) {
            seemsReady(worker, "it has run for a second");
        }
    }

    /** Says once that the program runs; a command that has not said hello by now is taken for mute. */
    void online(Incarnation worker, String why) {
        if (worker.online || worker.parted) {
            return;
        }
        worker.online = true;
        if (worker.isCommand() && !worker.spoke) {
            worker.connected(false);
        }
        if (worker.state() == WorkerState.STARTING) {
            roster.stands(worker, WorkerState.ONLINE, why);
        }
        roster.news.online(worker, why);
    }

    void listening(Incarnation worker, int port) {
        claims(worker, port);
        if (!worker.parted) {
            serves(worker, "it listens on port " + port);
        }
    }

    void claims(Incarnation worker, int port) {
        if (worker.parted) {
            return;
        }
        online(worker, "it listens");
        worker.port(port);
        worker.claims = true;
        worker.refuses = false; // that was another one, or is to be seen again
        worker.grace.cancel();
        roster.news.listening(worker, port);
        roster.publish();
    }

    void accepting(Incarnation worker) {
        if (!worker.refuses) {
            serves(worker, worker.claims ? "it listens on port " + worker.port().getAsInt() : "its port accepts");
            return;
        }
        worker.refuses = false;
        worker.grace.cancel();
        if (worker.evidence != null && !worker.heldBack && !worker.soaking) {
            arrive(worker, "its port accepts again");
        }
    }

    /** {@return whether that is news; a worker that has said notReady() may close its port} */
    boolean refuses(Incarnation worker, String why) {
        if (worker.refuses || worker.heldBack || !worker.isJudged()) {
            return false;
        }
        worker.refuses = true;
        if (worker.state() == WorkerState.READY) {
            worker.evidence = "it was ready before";
            takeOut(worker, why);
        }
        return true;
    }

    private void serves(Incarnation worker, String why) {
        if (roster.rules.readyWhen() == ReadyWhen.SERVING) {
            seemsReady(worker, why);
        }
    }

    private void seemsReady(Incarnation worker, String why) {
        if (worker.isBooting() && !worker.heldBack) {
            arrive(worker, why);
        }
    }

    void ready(Incarnation worker) {
        worker.heldBack = false;
        if (worker.isBooting() || worker.state() == WorkerState.NOT_READY) {
            arrive(worker, "it said ready()");
        }
    }

    void notReady(Incarnation worker) {
        worker.heldBack = true;
        worker.refuses = false; // it knows, and may close its port
        worker.grace.cancel();
        if (worker.state() == WorkerState.READY) {
            takeOut(worker, "it said notReady()");
        }
    }

    void well(Incarnation worker) {
        String evidence = worker.evidence;
        worker.unwell = false;
        worker.ailment = "";
        worker.evidence = null;
        boolean waits = worker.isBooting() || worker.state() == WorkerState.NOT_READY;
        if (evidence != null && waits && !worker.heldBack) {
            arrive(worker, evidence);
        }
    }

    void unwell(Incarnation worker, String why) {
        worker.unwell = true;
        worker.ailment = why;
        if (worker.state() == WorkerState.READY) {
            worker.evidence = "it was ready before";
            takeOut(worker, why);
        } else if (worker.evidence != null) {
            worker.stand(worker.state(), worker.evidence + ", but " + why);
        }
    }

    private void takeOut(Incarnation worker, String why) {
        roster.stands(worker, WorkerState.NOT_READY, why);
        roster.publish();
        roster.news.notReady(worker, why);
    }

    private void arrive(Incarnation worker, String evidence) {
        if (!worker.slot.owns(worker)) {
            return; // sent away while its process was being started
        }
        online(worker, evidence);
        if (worker.unwell) {
            worker.evidence = evidence;
            roster.stands(worker, worker.state(), evidence + ", and has to pass its health check");
            return;
        }
        if (worker.refuses) {
            worker.evidence = evidence;
            roster.stands(worker, worker.state(), evidence + ", but its port refuses connections");
            return;
        }
        String why = roster.rules.checked() ? evidence + ", and passes its health check" : evidence;
        worker.startTimeout.cancel();
        if (rollout.soaks(worker)) {
            soak(worker, evidence);
            return;
        }
        roster.stands(worker, WorkerState.READY, why);
        if (worker.wasReady) {
            roster.publish();
            roster.news.ready(worker, why);
            return;
        }
        worker.wasReady = true;
        worker.readyAt = roster.actions.now();
        Incarnation old = worker.slot.arrived(worker);
        rollout.arrived(worker, old);
        roster.publish();
        roster.news.ready(worker, why);
        if (old != null) {
            ladder.stop(old, "worker " + worker.id() + " takes its place");
        }
    }

    /** A replacement has to live on before it gets traffic; it is judged again then. */
    private void soak(Incarnation worker, String why) {
        if (worker.soaking) {
            return;
        }
        worker.soaking = true;
        Duration time = roster.rules.reload().soak();
        roster.stands(worker, WorkerState.ONLINE, why + ", and gets traffic when it has lived on for " + time);
        worker.soak.set(time, () -> {
            worker.soaking = false;
            worker.soaked = true;
            if (worker.heldBack || worker.unwell || worker.refuses) { // its time begins again
                worker.startTimeout.set(roster.rules.startTimeout(), () -> ladder.startTimedOut(worker));
            }
            seemsReady(worker, why + ", and has lived on for " + time);
        });
    }
}
