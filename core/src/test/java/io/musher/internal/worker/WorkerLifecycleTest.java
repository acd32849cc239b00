package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real workers: how they join, live and leave by themselves. */
class WorkerLifecycleTest {

    @RegisterExtension
    final WorkerFixture fixture = new WorkerFixture();

    @Test
    void shouldTellThePrimary() throws Exception {
        TestWorkerProcess worker = fixture.start(WorkerMains.Tells.class);
        worker.prints("listening port 65536 is not within 1 to 65535");
        worker.listener.expectHello();
        worker.listener.expect("ready", "notReady", "listening 65535");
    }

    @Test
    void shouldJoinOnceFromManyThreads() throws Exception {
        TestWorkerProcess worker = fixture.start(WorkerMains.ManyThreads.class);
        worker.prints("1 context");
        worker.listener.expectHello();
        worker.listener.expect("ready");
        fixture.channels.run(worker.listener.channel::stop);
        worker.ends(0);
        worker.listener.expect("goodbye connected=false");
        assertEquals(0, worker.listener.rest().length);
    }

    @Test
    void shouldBeHeardWhenItExitsAtOnce() throws Exception {
        TestWorkerProcess worker = fixture.start(FailingWorkerMains.ExitsAtOnce.class);
        worker.listener.expectHello();
        worker.listener.expect("ready", "goodbye connected=false");
        worker.ends(42);
    }

    @Test
    void shouldTellALossWhenItHaltsAtOnce() throws Exception {
        TestWorkerProcess worker = fixture.start(FailingWorkerMains.HaltsAtOnce.class);
        worker.ends(43);
        String event = worker.listener.next();
        while (event.startsWith("hello") || event.equals("ready")) {
            event = worker.listener.next();
        }
        assertTrue(event.startsWith("lost: "), event);
    }

    @Test
    void shouldTellALossWhenItNeverSaysHello() throws Exception {
        TestWorkerProcess worker = fixture.start(FailingWorkerMains.ExitsBefore.class);
        worker.ends(7);
        worker.listener.expect("lost: ended without a hello");
    }

    @Test
    void shouldEndAsUsualWhenMainThrows() throws Exception {
        TestWorkerProcess worker = fixture.start(FailingWorkerMains.Throws.class);
        worker.listener.expectHello();
        worker.listener.expect("ready", "goodbye connected=false");
        worker.ends(1);
        assertTrue(worker.logged("Exception in thread \"main\" java.lang.IllegalStateException: main on purpose"),
                worker::toString);
    }

    @Test
    void shouldLiveOnWhenMainHasReturned() throws Exception {
        TestWorkerProcess worker = fixture.start(WorkerMains.Plain.class);
        worker.listener.expectHello();
        worker.listener.expect("ready");
        worker.line();
        fixture.channels.run(worker.listener.channel::drain);
        worker.prints("drain draining=true connected=true");
        assertTrue(worker.process.isAlive());
    }

    @Test
    void shouldDisconnectInTheFirstLineAndLiveOn() throws Exception {
        TestWorkerProcess worker = fixture.start(WorkerMains.DisconnectsFirst.class);
        worker.listener.expectHello();
        worker.listener.expect("disconnectRequested");
        worker.prints("drain draining=true connected=true");
        fixture.channels.run(() -> worker.listener.channel.goodbye("granted"));
        worker.listener.expect("goodbye connected=false");
        worker.prints("disconnected connected=false");
        worker.type("go on").prints("typed connected=false").ends(0);
        assertFalse(worker.logged("lost"), worker::toString);
    }

    @Test
    void shouldEndByItselfAfterADisconnectByThePrimary() throws Exception {
        TestWorkerProcess worker = fixture.start(WorkerMains.Plain.class);
        worker.listener.expectHello();
        worker.listener.expect("ready");
        worker.line();
        fixture.channels.run(() -> {
            worker.listener.channel.disconnect();
            worker.listener.channel.goodbye("");
        });
        worker.line(); // drain, connected or not any more
        worker.prints("disconnected connected=false").ends(0);
        worker.listener.expect("goodbye connected=false");
    }

    @Test
    void shouldPartInGoodOrderWhenBothDisconnectAtOnce() throws Exception {
        TestWorkerProcess worker = fixture.start(WorkerMains.DisconnectsFirst.class);
        fixture.channels.run(() -> {
            worker.listener.channel.disconnect();
            worker.listener.channel.goodbye("at once");
        });
        worker.listener.expectHello();
        assertTrue(worker.line().startsWith("drain draining=true"));
        worker.prints("disconnected connected=false");
        worker.type("").prints("typed connected=false").ends(0);
    }

    @Test
    void shouldStopOnSigtermAfterADisconnect() throws Exception {
        TestWorkerProcess worker = fixture.start(WorkerMains.DisconnectsFirst.class);
        worker.listener.expectHello();
        fixture.channels.run(() -> worker.listener.channel.goodbye(""));
        assertTrue(worker.line().startsWith("drain"));
        worker.prints("disconnected connected=false");
        worker.signal("TERM").prints("stop on a daemon=true").ends(0);
    }

    @Test
    void shouldNotTakeItsChildrenForWorkers() throws Exception {
        TestWorkerProcess worker = fixture.start(WorkerMains.HasAChild.class);
        worker.prints("worker=false", "this process is not a worker; check Cluster.isWorker() first", "child ended 0");
    }

    @Test
    void shouldRunAProgramThatNeverCalls() throws Exception {
        TestWorkerProcess worker = fixture.start(WorkerMain.class, WorkerMains.NeverCalls.class.getName(), "a b",
                "$HOME");
        worker.prints("a b|$HOME");
        worker.listener.expectHello();
        fixture.channels.run(worker.listener.channel::stop);
        worker.ends(0);
    }

    @Test
    void shouldFailAsAProgramThatNeverCallsFails() throws Exception {
        TestWorkerProcess worker = fixture.start(WorkerMain.class, WorkerMains.NeverCalls.class.getName());
        worker.prints("").ends(1);
        assertTrue(
                worker.logged(
                        "Exception in thread \"main\" java.lang.IllegalArgumentException: no arguments on purpose"),
                worker::toString);
    }

    @Test
    void shouldJoinFromBehindAShell() throws Exception {
        String java = "'" + String.join("' '", WorkerFixture.java(List.of(), WorkerMains.Plain.class)) + "'";
        TestWorkerProcess worker = fixture.command("sh", "-c", java + "; echo status $?");
        long pid = worker.listener.expectHello();
        assertTrue(pid != worker.process.pid());
        worker.listener.expect("ready");
        worker.line();
        fixture.channels.run(worker.listener.channel::stop);
        worker.prints("drain draining=true connected=true", "stop on a daemon=true", "status 0").ends(0);
    }

    @Test
    void shouldLetTheFirstHelloWinBehindAShell() throws Exception {
        String java = "'" + String.join("' '", WorkerFixture.java(List.of(), WorkerMains.Plain.class)) + "'";
        TestWorkerProcess worker = fixture.command("sh", "-c", java + " & read x; " + java + "; echo second $?; wait");
        worker.listener.expectHello();
        worker.listener.expect("ready");
        worker.line();
        worker.type("go");
        // it is told that it is none, perhaps before its first line, and runs on without a cluster, here to the end of
        // its main
        List<String> lines = new ArrayList<>(List.of(worker.line(), worker.line(), worker.line()));
        assertTrue(lines.removeIf(line -> line.startsWith("test-3 (worker 7)")), lines::toString);
        assertEquals(List.of("drain draining=true connected=false", "disconnected connected=false"), lines);
        worker.prints("second 0");
        fixture.channels.run(worker.listener.channel::stop);
        worker.prints("drain draining=true connected=true", "stop on a daemon=true").ends(0);
        assertTrue(worker.logged("the primary refused this process: unknown or used token"), worker::toString);
    }
}
