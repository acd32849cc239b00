package io.musher.internal.process.os;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.internal.process.CommandPrimary;
import io.musher.internal.process.SpawnerFixture;
import io.musher.internal.process.TestJvm;
import io.musher.internal.process.launch.ChildEnvironment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real primaries that are killed. Nothing of their command workers may be left in the process table. */
@EnabledOnOs(OS.LINUX)
class OrphanReaperTest {

    /** Long enough for a busy machine, and long before the reaper would send SIGKILL. */
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final Path BUSYBOX = Path.of("/usr/bin/busybox");

    private static final String FAMILY = "sleep 1000 & sh -c 'sleep 1000 & sleep 1000 & wait' &"
            + " sleep 0.1; echo up; wait";
    private static final String DEAF = "trap '' TERM; (trap '' TERM; sleep 1000 & wait) &"
            + " sleep 0.1; echo up; wait; wait";
    private static final String DAEMON = "setsid sh -c 'setsid sleep 1000 & sleep 1000' & sleep 0.1; echo up; wait";

    @Test
    void shouldEndEverythingWhenThePrimaryIsKilled() throws Exception {
        try (TestJvm primary = TestJvm.main(CommandPrimary.class, "600", FAMILY, DAEMON, FAMILY)) {
            ProcessFamily family = new ProcessFamily(primary);
            assertTrue(family.processes().size() >= 12, "processes: " + family.processes());
            primary.process.destroyForcibly().waitFor();
            family.assertGone(SOON);
            await("the end of the reaper").atMost(SOON).until(() -> !SpawnerFixture.isAlive(family.reaper));
        }
    }

    @Test
    void shouldKillWhatIgnoresTheRequest() throws Exception {
        try (TestJvm primary = TestJvm.main(CommandPrimary.class, "5", DEAF)) {
            ProcessFamily family = new ProcessFamily(primary);
            primary.process.destroyForcibly().waitFor();
            family.assertGone(SOON);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"crash", "exit", "close"})
    void shouldEndEverythingHoweverThePrimaryEnds(String how) throws Exception {
        try (TestJvm primary = TestJvm.main(CommandPrimary.class, "600", FAMILY, DAEMON)) {
            ProcessFamily family = new ProcessFamily(primary);
            primary.tell(how);
            primary.process.waitFor();
            family.assertGone(SOON);
        }
    }

    @Test
    void shouldEndWhatHasAnEnvironmentOfItsOwn() throws Exception {
        try (TestJvm primary = TestJvm.main(CommandPrimary.class, "600",
                "env -i sh -c 'sleep 1000 & echo up; wait' & wait")) {
            ProcessFamily family = new ProcessFamily(primary);
            assertTrue(family.processes().size() >= 3, "processes: " + family.processes());
            primary.process.destroyForcibly().waitFor();
            family.assertGone(SOON);
        }
    }

    @Test
    void shouldBeReplacedWhenItIsKilledItself() throws Exception {
        try (TestJvm primary = TestJvm.main(CommandPrimary.class, "600", FAMILY)) {
            ProcessFamily family = new ProcessFamily(primary);
            ProcessHandle.of(family.reaper).orElseThrow().destroyForcibly();
            await("another reaper").atMost(SOON).until(() -> primary.process.children()
                    .anyMatch(child -> child.pid() != family.reaper
                            && child.info().commandLine().orElse("").contains("musher-orphan-reaper")));
            primary.process.destroyForcibly().waitFor();
            family.assertGone(SOON);
        }
    }

    @Test
    void shouldNotHearTheTerminal() throws Exception {
        try (TestJvm primary = TestJvm.main(CommandPrimary.class, "600", FAMILY)) {
            ProcessFamily family = new ProcessFamily(primary);
            long own = ProcessTable.entry(primary.process.pid()).orElseThrow().group();
            assertTrue(
                    family.processes().stream().noneMatch(pid -> ProcessTable.entry(pid).orElseThrow().group() == own));
            assertTrue(ProcessTable.entry(family.reaper).orElseThrow().group() != own);
            primary.process.destroyForcibly().waitFor();
            family.assertGone(SOON);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"trap : HUP; sleep 1000 & wait", "trap '' TERM; sleep 1000 & wait; wait"})
    void shouldEndGroupsAndMarkedProcessesWithBusyBoxAlone(String script, @TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(BUSYBOX), "BusyBox is not installed");
        for (String applet : List.of("sh", "tr", "sleep", "grep")) {
            Files.createSymbolicLink(folder.resolve(applet), BUSYBOX);
        }
        endsGroupsAndMarkedProcesses(script, folder, BUSYBOX.toString(), "sh");
    }

    @Test
    void shouldStartNoProcessForEachEnvironmentItReads(@TempDir Path folder) throws Exception {
        for (String program : List.of("sh", "sleep", "grep")) {
            Path found = Path.of("/bin", program);
            assumeTrue(Files.isExecutable(found), () -> found + " is not there");
            Files.createSymbolicLink(folder.resolve(program), found);
        }
        assumeTrue(!folder.resolve("grep").toRealPath().endsWith("busybox"), "its grep stops at a zero byte");
        endsGroupsAndMarkedProcesses("sleep 1000 & wait", folder, "/bin/sh");
    }

    private static void endsGroupsAndMarkedProcesses(String script, Path folder, String... shell) throws Exception {
        String mark = Long.toHexString(ThreadLocalRandom.current().nextLong());
        Process group = process(Map.of(), "setsid", "sh", "-c", script);
        Process marked = process(Map.of(ChildEnvironment.TREE, mark + ".1"), "setsid", "sh", "-c", script);
        Process other = process(Map.of(ChildEnvironment.TREE, mark + "0.1"), "setsid", "sh", "-c", script);
        List<String> words = new ArrayList<>(List.of(shell));
        words.addAll(List.of("-c", OrphanReaper.SCRIPT, "musher-orphan-reaper", mark, "3"));
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", folder.toString());
        Process reaper = builder.start();
        try {
            reaper.getOutputStream()
                    .write(("+ " + -group.pid() + "\nHUP " + -group.pid() + "\n").getBytes(StandardCharsets.US_ASCII));
            reaper.getOutputStream().close();
            for (Process each : List.of(group, marked, reaper)) {
                assertTrue(each.waitFor(SOON.toSeconds(), TimeUnit.SECONDS), () -> each + " lives on");
            }
            assertTrue(other.isAlive(), "one that has another mark");
        } finally {
            for (Process each : List.of(reaper, group, marked, other)) {
                each.descendants().forEach(ProcessHandle::destroyForcibly);
                each.destroyForcibly();
            }
        }
    }

    @Test
    void shouldEndAWorkerThatWasAboutToStartWhenThePrimaryDied() throws Exception {
        String mark = Long.toHexString(ThreadLocalRandom.current().nextLong());
        Process late = process(Map.of(), "sh", "-c",
                "sleep 0.5; exec env " + ChildEnvironment.TREE + "=" + mark + ".1 sleep 1000");
        Process reaper = process(Map.of(), "sh", "-c", OrphanReaper.SCRIPT, OrphanReaper.NAME, mark, "3");
        try {
            reaper.getOutputStream().close();
            assertTrue(late.waitFor(SOON.toSeconds(), TimeUnit.SECONDS), "lives on");
        } finally {
            late.destroyForcibly();
            assertTrue(reaper.waitFor(SOON.toSeconds(), TimeUnit.SECONDS), "the reaper ends");
        }
    }

    @Test
    void shouldRunBeforeTheFirstWorkerDoesAndEndSoonAfterItsClose() throws Exception {
        OrphanReaper reaper = new OrphanReaper("test", "early", 1, task -> new Thread(task).start());
        reaper.begin();
        ProcessHandle shell = ProcessHandle.current().children()
                .filter(child -> child.info().commandLine().orElse("").contains(OrphanReaper.NAME + " early"))
                .findFirst().orElseThrow();
        reaper.close();
        assertTrue(!shell.isAlive(), "it does not search again and again after an orderly end");
    }

    @Test
    void shouldNotBlockWhileTheShellIsStopped() throws Exception {
        Process worker = process(Map.of(), "sleep", "1000");
        OrphanReaper reaper = new OrphanReaper("test", "none", 1, task -> new Thread(task).start());
        reaper.watch(worker.pid());
        ProcessHandle shell = ProcessHandle.current().children()
                .filter(child -> child.info().commandLine().orElse("").contains(OrphanReaper.NAME + " none"))
                .findFirst().orElseThrow();
        try {
            assertEquals(0, new ProcessBuilder("kill", "-STOP", "" + shell.pid()).start().waitFor());
            CompletableFuture<Void> queued = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 10_000; i++) { // more than the pipe can take
                    reaper.watch(Long.MAX_VALUE - i);
                    reaper.forget(Long.MAX_VALUE - i);
                }
                reaper.signal("USR1", worker.pid());
            });
            queued.get(SOON.toSeconds(), TimeUnit.SECONDS);
            assertTrue(worker.isAlive(), "the shell is stopped");
            assertEquals(0, new ProcessBuilder("kill", "-CONT", "" + shell.pid()).start().waitFor());
            assertTrue(worker.waitFor(SOON.toSeconds(), TimeUnit.SECONDS), "the signal arrives when the shell runs");
            assertEquals(128 + 10, worker.exitValue());
        } finally {
            reaper.forget(worker.pid());
            reaper.close();
            shell.destroyForcibly();
            worker.destroyForcibly();
        }
    }

    @Test
    void shouldWarnOnceThatNoReaperRuns() throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true));
        OrphanReaper reaper = new OrphanReaper("test", "once", 1, task -> new Thread(task).start());
        try {
            reaper.watch(Long.MAX_VALUE);
            await("the end of all restarts").atMost(SOON).until(() -> {
                ProcessHandle.current().children().filter(
                        child -> child.info().commandLine().orElse("").contains(OrphanReaper.NAME + " once"))
                        .forEach(ProcessHandle::destroyForcibly);
                return log.toString().contains("no orphan reaper runs");
            });
            for (int i = 1; i < 10; i++) {
                reaper.watch(Long.MAX_VALUE - i);
            }
        } finally {
            reaper.close();
            System.setErr(before);
        }
        assertEquals(1, log.toString().split("no orphan reaper runs", -1).length - 1, log::toString);
    }

    private static Process process(Map<String, String> environment, String... words) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words).redirectInput(Platform.NULL);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static final class ProcessFamily {
        final long reaper;
        private final String variable;
        private final List<Long> sessions;

        ProcessFamily(TestJvm primary) {
            reaper = Long.parseLong(primary.printed("reaper "));
            sessions = Arrays.stream(primary.printed("sessions ").split(" ")).map(Long::valueOf).toList();
            variable = "MUSHER_IPC=127.0.0.1:" + primary.printed("channel ");
        }

        /** Known by what is in their environment, or by their session. */
        List<Long> processes() {
            Set<Long> all = new TreeSet<>(SpawnerFixture.processes(variable));
            ProcessTable.pids().stream().flatMap(pid -> ProcessTable.entry(pid).stream())
                    .filter(entry -> entry.state() != 'Z' && sessions.contains(entry.session()))
                    .forEach(entry -> all.add(entry.pid()));
            return List.copyOf(all);
        }

        void assertGone(Duration limit) {
            try {
                await("the end of all").atMost(limit).until(() -> processes().isEmpty());
            } finally {
                ProcessHandle.of(reaper).ifPresent(ProcessHandle::destroyForcibly); // it would search on for seconds
                List<Long> left = processes();
                left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
                assertEquals(List.of(), left);
            }
        }
    }
}
