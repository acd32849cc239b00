package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A whole cluster from outside: a primary process, its worker processes, its port, its signals. */
class ClusterIT {

    @RegisterExtension
    final Children children = new Children();

    private Child primary;
    private int port;

    @BeforeEach
    void start() throws Exception {
        primary = children.java(SelfForkingProgram.class, "3");
        port = Integer.parseInt(primary.awaitLine("serves on (\\d+)", Duration.ofSeconds(60)).group(1));
    }

    @Test
    void shouldServeWithEveryWorkerInAProcessOfItsOwn() throws Exception {
        assertEquals(Set.of("1", "2", "3"), answers());
        assertEquals(3, primary.stdout().lines().filter(line -> line.startsWith("worker ")).count());
        long alive = ProcessHandle.of(primary.pid()).orElseThrow().children().filter(ProcessHandle::isAlive).count();
        assertEquals(3, alive, "one process for each worker, and no other");
    }

    @Test
    void shouldReplaceAKilledWorkerAndTellHowItEnded() throws Exception {
        pid(2).destroyForcibly();
        primary.awaitLine("Exited 2 code -1 signal SIGKILL voluntary false");
        primary.awaitLine("Ready 4 instance 1", Duration.ofSeconds(60));
        await("the new worker serves").atMost(Duration.ofSeconds(30))
                .until(() -> answers().equals(Set.of("1", "3", "4")));
        String told = primary.stdout();
        assertTrue(told.indexOf("Disconnected 2") < told.indexOf("Exited 2"), told);
        assertEquals(1, told.lines().filter(line -> line.equals("Disconnected 2")).count(), told);
    }

    @Test
    void shouldLogOnceWhatHeapAndProcessorsAWorkerGets() throws Exception {
        String share = "shop: each of 3 workers on \\d+ processors?.*: heap \\d+ MiB \\(.+\\), \\d+ processors?";
        primary.awaitLine(share);
        pid(2).destroyForcibly();
        primary.awaitLine("Ready 4 instance 1", Duration.ofSeconds(60));
        assertEquals(1, primary.stderr().lines().filter(line -> line.matches(".*" + share)).count(), primary::report);
    }

    @Test
    void shouldTellAnExitCode() throws Exception {
        try (StrictHttpClient caller = new StrictHttpClient(port)) {
            caller.send("GET /exit HTTP/1.1\r\nHost: shop\r\n\r\n");
            primary.awaitLine("Exited \\d code 42 signal none voluntary false");
        }
        primary.awaitLine("Ready 4 instance \\d", Duration.ofSeconds(60));
    }

    @Test
    void shouldStopInGoodOrderOnSigterm() throws Exception {
        primary.signal("TERM");
        primary.exitCode(Duration.ofSeconds(60));
        for (int id = 1; id <= 3; id++) {
            primary.awaitLine("Exited " + id + " code 0 signal none voluntary true");
        }
        assertTrue(primary.stdout().stripTrailing().endsWith("Stopped"), primary::report);
        assertTrue(FreePorts.isFree(port), "the port is free");
    }

    @Test
    void shouldLeaveNobodyBehindWhenThePrimaryIsKilled() throws Exception {
        ProcessHandle[] workers = {pid(1), pid(2), pid(3)};
        primary.signal("KILL");
        for (ProcessHandle worker : workers) {
            await("worker " + worker.pid() + " is gone").atMost(Duration.ofSeconds(30)).until(() -> !worker.isAlive());
        }
        assertTrue(FreePorts.isFree(port), "the port is free");
    }

    private ProcessHandle pid(int worker) throws InterruptedException {
        return ProcessHandle.of(Long.parseLong(primary.awaitLine("worker " + worker + " pid (\\d+)").group(1)))
                .orElseThrow();
    }

    private Set<String> answers() throws IOException {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 12; i++) {
            answers.add(StrictHttpClient.fetch(port));
        }
        return answers;
    }
}
