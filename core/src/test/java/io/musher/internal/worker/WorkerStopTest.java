package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real workers, told to stop: by the primary, by a signal, by its death. */
class WorkerStopTest {

    private static final String DRAIN = "drain draining=true connected=true";
    private static final String STOP = "stop on a daemon=true";

    @RegisterExtension
    final WorkerFixture fixture = new WorkerFixture();

    private TestWorkerProcess ready(Class<?> main) throws Exception {
        TestWorkerProcess worker = fixture.start(main);
        assertEquals(worker.process.pid(), worker.listener.expectHello(), worker::toString);
        worker.listener.expect("ready");
        return worker;
    }

    @Test
    void shouldDrainThenStopThenExit() throws Exception {
        TestWorkerProcess worker = ready(WorkerMains.Plain.class);
        worker.prints("test-3 (worker 7) 7 2 test-3 4003 /127.0.0.1:4003");

        fixture.channels.run(worker.listener.channel::drain);
        worker.prints(DRAIN);
        fixture.channels.run(worker.listener.channel::stop);

        worker.prints(STOP).ends(0);
        worker.listener.expect("goodbye connected=false");
    }

    @Test
    void shouldDrainWhenAStopComesAtOnce() throws Exception {
        TestWorkerProcess worker = ready(WorkerMains.Plain.class);
        worker.line();
        fixture.channels.run(worker.listener.channel::stop);
        worker.prints(DRAIN, STOP).ends(0);
    }

    @Test
    void shouldGoOnAfterHooksThatThrow() throws Exception {
        TestWorkerProcess worker = ready(FailingWorkerMains.FailingHooks.class);
        fixture.channels.run(worker.listener.channel::stop);
        worker.prints("drain goes on", "stop goes on").ends(0);
        assertTrue(worker.logged("the onDrain hook io.musher.internal.worker.FailingWorkerMains$FailingHooks"),
                worker::toString);
    }

    @Test
    void shouldNotWaitForADrainHookThatHangs() throws Exception {
        TestWorkerProcess worker = ready(FailingWorkerMains.HangsInDrain.class);
        fixture.channels.run(worker.listener.channel::drain);
        worker.prints(DRAIN);
        fixture.channels.run(worker.listener.channel::stop);
        worker.prints(STOP).ends(0);
        assertTrue(worker.logged("WorkerMains.hang"), () -> "says where it hangs: " + worker);
    }

    @Test
    void shouldExitAsAHookSays() throws Exception {
        TestWorkerProcess worker = ready(FailingWorkerMains.ExitsInHook.class);
        fixture.channels.run(worker.listener.channel::stop);
        worker.ends(9);
        worker.listener.expect("goodbye connected=false");
    }

    @Test
    void shouldLeaveSigintToThePrimary() throws Exception {
        TestWorkerProcess worker = ready(WorkerMains.Plain.class);
        worker.line();
        for (int i = 0; i < 3; i++) {
            worker.signal("INT");
        }
        fixture.channels.run(worker.listener.channel::drain);
        worker.prints(DRAIN);
        fixture.channels.run(worker.listener.channel::stop);
        worker.prints(STOP).ends(0);
    }

    @Test
    void shouldAskThePrimaryForAStopOnSigterm() throws Exception {
        TestWorkerProcess worker = ready(WorkerMains.Plain.class);
        worker.line();
        worker.signal("TERM");
        worker.listener.expect("stopRequested");
        worker.prints(DRAIN);
        fixture.channels.run(worker.listener.channel::stop);
        worker.prints(STOP).ends(0);
    }

    @Test
    void shouldStopOnSigtermWithoutAnAnswer() throws Exception {
        TestWorkerProcess worker = ready(WorkerMains.Plain.class);
        worker.line();
        worker.signal("TERM").signal("TERM");
        worker.prints(DRAIN, STOP).ends(0);
        assertTrue(worker.logged("the primary has not reacted"), worker::toString);
    }

    @Test
    void shouldLeaveADrainThatRunsToThePrimaryOnSigterm() throws Exception {
        TestWorkerProcess worker = ready(WorkerMains.Plain.class);
        worker.line();
        fixture.channels.run(worker.listener.channel::drain);
        worker.prints(DRAIN);
        worker.signal("TERM");
        fixture.channels.run(() -> worker.listener.channel.goodbye("as it wishes"));
        String next = worker.line();
        if (!next.equals(STOP)) { // the goodbye may overtake the signal's handler
            worker.prints(STOP);
        }
        worker.ends(0); // a goodbye beside a SIGTERM is no reason to live on
        worker.listener.expect("goodbye connected=false");
    }

    @Test
    void shouldStopWhenTheChannelIsLost() throws Exception {
        TestWorkerProcess worker = ready(WorkerMains.Plain.class);
        worker.line();
        fixture.channels.run(worker.listener.channel::close);
        worker.prints("drain draining=true connected=false", STOP).ends(1);
    }

    @Test
    void shouldEndInFiveSecondsWhenTheChannelIsLostAndAHookHangs() throws Exception {
        TestWorkerProcess worker = ready(FailingWorkerMains.HangsInStop.class);
        long begin = System.nanoTime();
        fixture.channels.run(worker.listener.channel::close);
        worker.prints("drain draining=true connected=false", STOP).ends(1);
        long millis = (System.nanoTime() - begin) / 1_000_000;
        assertTrue(millis >= 4_900, "the hook has its time: " + millis + " ms");
    }

    @Test
    void shouldEndWhenTheChannelIsLostWhileItStops() throws Exception {
        TestWorkerProcess worker = ready(FailingWorkerMains.HangsInStop.class);
        fixture.channels.run(worker.listener.channel::stop);
        worker.prints(DRAIN, STOP);
        fixture.channels.run(worker.listener.channel::close);
        worker.ends(1);
    }

    @Test
    void shouldEndWhenTheChannelIsLostAndTheJvmsOwnShutdownHangs() throws Exception {
        TestWorkerProcess worker = ready(FailingWorkerMains.HangsInShutdown.class);
        fixture.channels.run(worker.listener.channel::close);
        worker.ends(1);
    }
}
