package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The process of a primary in the background: its session, its log, its flags, and the start after it was killed. */
class MusherBackgroundIT extends MusherTestBase {

    @Test
    void shouldStartInASessionOfItsOwnWithoutInheritedDescriptorsAndReturnWhenThePortAnswers() throws Exception {
        String[] server = NonJavaServers.python();
        int port = FreePorts.free();
        Files.writeString(folder.resolve("server.py"), server[2]);
        musher.file("{id: 'web', cmd: ['" + server[0] + "', 'server.py'], cluster: {instances: 2, commonPort: " + port
                + "}}");

        Child start = musher.begin("exec 7>leak;", "start");
        MusherProgram.Result started = musher.end(start);

        assertExit(0, started);
        assertTrue(started.out().contains("web-1: ready") && started.out().contains("web-2: ready"), started::out);
        assertTrue(List.of("1", "2").contains(StrictHttpClient.fetch(port)));
        long pid = musher.pid();
        String[] stat = Files.readString(Path.of("/proc/" + pid + "/stat")).replaceFirst(".*\\) ", "").split(" ");
        assertEquals(pid, Long.parseLong(stat[3]), "the session");
        assertEquals("0", stat[4], "the terminal");
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            assertTrue(descriptors.noneMatch(each -> each.toFile().getAbsolutePath().endsWith("leak")
                    || target(each).endsWith("/leak")));
        }
        assertExit(0, musher.run("status"));

        assertExit(0, musher.run("stop"));
        assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
        assertFalse(Files.exists(musher.home().resolve("control.sock")));
        assertTrue(FreePorts.isFree(port));
        assertExit(3, musher.run("status"));
        assertExit(3, musher.run("stop"));
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (java.io.IOException e) {
            return "";
        }
    }

    @Test
    void shouldStartAgainAfterThePrimaryWasKilledAndLeaveNothingBehind() throws Exception {
        start(SLEEPER);
        long primary = musher.pid();
        List<Object> workers = pids();
        MusherProgram.Result second = musher.run("run");
        assertExit(1, second);
        assertTrue(second.err().contains("process " + primary), second::err);

        Child.signal("KILL", primary);

        await().atMost(Duration.ofSeconds(30)).until(() -> ProcessHandle.of(primary).isEmpty());
        assertExit(3, musher.run("status"));
        assertExit(0, musher.run("start"));
        assertNotEquals(primary, musher.pid());
        await().atMost(Duration.ofSeconds(30)).until(() -> workers.stream()
                .noneMatch(pid -> ProcessHandle.of((Long) pid).isPresent()));
        assertEquals(2, pids().size());
    }

    @Test
    void shouldRotateTheLogOfThePrimaryWithWhatTheJvmItselfWrites() throws Exception {
        Files.writeString(folder.resolve("musher.json"), "{name: 'shop', logger: {maxSize: '4K', keep: 1}, processes:"
                + " [{id: 'web', cmd: 'exit 1', restartDelayMs: 20, restartLimit: 1000}]}");
        musher.run("start");
        Path log = musher.home().resolve("primary.log");
        Path copy = musher.home().resolve("primary.log.1");
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(copy));
        assertExit(0, musher.run("stop", "web"));
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.size(log) < 4_096);
        Child.signal("QUIT", musher.pid());

        // a thread dump is larger than the limit: it is copied, and the log begins anew
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.readString(copy).contains("Full thread dump")
                && Files.size(log) < 4_096);
        assertFalse(Files.exists(musher.home().resolve("primary.log.2")));
    }

    @Test
    void shouldNotPassFlagsOfThePrimaryOnToWorkers() throws Exception {
        IdleProgram.pack(folder.resolve("idle.jar"));
        start("{id: 'web', jar: 'idle.jar', args: ['flags'], jvmArgs: ['-Down=1']}");

        assertTrue(new LinuxProcess(musher.pid()).commandLine().contains("-XX:+UseSerialGC"));
        Path log = musher.home().resolve("logs/web-1.log");
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(log) && Files.size(log) > 0);
        String flags = Files.readString(log);
        assertTrue(flags.contains("-Down=1") && flags.contains("-Xmx"), flags);
        assertFalse(flags.contains("SerialGC") || flags.contains("-Xms") || flags.contains("HeapFreeRatio"), flags);

        String good = Files.readString(folder.resolve("musher.json"));
        Files.writeString(folder.resolve("musher.json"), good.replace("idle.jar", "missing.jar"));
        MusherProgram.Result reload = musher.run("reload");
        assertExit(1, reload);
        assertTrue(reload.err().contains("web: jar ") && reload.err().contains("missing.jar: there is no such file;"
                + " nothing was replaced"), reload::err);
        String described = musher.run("describe", "web").out();
        assertTrue(described.contains("reload failed") && described.contains("idle.jar"), described);
        Files.copy(folder.resolve("idle.jar"), folder.resolve("missing.jar"));
        assertExit(0, musher.run("reload"));
        assertTrue(musher.run("describe", "web").out().contains("missing.jar"));
    }
}
