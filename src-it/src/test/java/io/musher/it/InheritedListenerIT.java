package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.ClusterBuilder;
import io.musher.Scheduling;
import io.musher.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Primaries that accept from a socket which their parent has, and passes to each of them as standard input. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class InheritedListenerIT {

    @RegisterExtension
    final Children children = new Children();

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private ListeningParent parent(String kind) throws Exception {
        return ListeningParent.ofPrimaries(children, kind);
    }

    private static void assumeItWorks(String scheduling) {
        assumeTrue(!scheduling.equals("KERNEL") || Runtime.version().feature() >= 22,
                "workers share a listener from Java 22 on");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RELAY-many", "KERNEL"}) // many connections: of a server that takes little of the machine
    void shouldHandOverToSuccessorsWithoutLosingAConnection(String scheduling) throws Exception {
        assumeItWorks(scheduling);
        ListeningParent parent = parent("listener");
        String port = Integer.toString(parent.port());
        int upgrades = Proofs.many(20, 3);
        int between = Proofs.many(50_000, 100); // ten seconds' worth, so that the rate is reached between the starts
        long present = parent.serve(scheduling, port);
        ConnectionStorm storm = new ConnectionStorm(parent.port(), Proofs.many(5_000, 1_000));
        try (storm) {
            storm.awaitMore(500);
            for (int i = 0; i < upgrades; i++) {
                long next = parent.serve(scheduling, port);
                storm.awaitMore(100);
                assertEquals(143, parent.stop(present), parent.process()::report);
                parent.awaitLine("stopped, says standard output");
                parent.awaitLine("stopped, says standard error");
                storm.awaitMore(between);
                present = next;
            }
        }
        System.out.println("PROOF " + upgrades + " upgrades with an inherited listener, " + scheduling + ", Java "
                + Runtime.version().feature() + ": " + storm.figures());
        storm.assertNoneLost();
        parent.stop(present);
    }

    @Test
    void shouldLeaveAllClientsToTheOldPrimaryWhenTheNewOneCannotStart() throws Exception {
        ListeningParent parent = parent("listener");
        long present = parent.serve("RELAY");
        ConnectionStorm storm = new ConnectionStorm(parent.port(), 200);
        try (storm) {
            for (int i = 0; i < 3; i++) {
                parent.start("broken");
                String refused = parent.awaitLine("refused: .*");
                assertTrue(refused.contains("worker") && refused.contains("exit"), refused);
            }
            storm.awaitMore(100);
        }
        storm.assertNoneLost();
        parent.stop(present);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RELAY", "KERNEL"})
    void shouldLetClientsWaitWhileNoPrimaryRuns(String scheduling) throws Exception {
        assumeItWorks(scheduling);
        ListeningParent parent = parent("listener");
        String port = Integer.toString(parent.port());
        for (int i = 0; i < 2; i++) {
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> ask(parent.port()));
            long pid = parent.serve(scheduling, port);
            answered.get(40, TimeUnit.SECONDS);
            if (i == 0) {
                parent.stop(pid);
            } else {
                parent.kill(pid);
            }
        }
    }

    private static void ask(int port) {
        try (LoadClient client = new LoadClient(port, 40_000)) {
            client.run(LoadRequest.SMALL, true);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RELAY", "command"})
    void shouldGiveTheListenerToNoProcessThatItStarts(String program) throws Exception {
        ListeningParent parent = parent("listener");
        long primary = parent.start(program);
        String socket = Files.readSymbolicLink(Path.of("/proc/" + primary + "/fd/0")).toString();
        assertTrue(socket.startsWith("socket:"), socket);
        TreeSet<String> seen = new TreeSet<>();
        CompletableFuture<String> ready = CompletableFuture.supplyAsync(() -> {
            try {
                return parent.awaitLine("ready " + primary);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await("a ready primary").atMost(ListeningParent.PATIENCE).pollInterval(10, TimeUnit.MILLISECONDS).until(() -> {
            seen.addAll(holders(primary, socket));
            return ready.isDone();
        });
        ready.join();
        seen.addAll(holders(primary, socket));
        assertEquals(new TreeSet<>(), seen);
        assertTrue(ProcessHandle.of(primary).orElseThrow().descendants().count() >= 2, parent.process()::report);
        parent.stop(primary);
    }

    /** {@return the programs that a process has started, or its descendants, and that have the socket} */
    private static List<String> holders(long pid, String socket) throws IOException {
        String own = new LinuxProcess(pid).commandLine();
        List<String> holders = new ArrayList<>();
        for (ProcessHandle each : ProcessHandle.of(pid).orElseThrow().descendants().toList()) {
            LinuxProcess child = new LinuxProcess(each.pid());
            try {
                // before the descriptors: a child that does not execute its program yet has those of its parent
                String program = child.commandLine();
                if (!program.isEmpty() && !program.equals(own) && !program.contains("jspawnhelper")
                        && child.open().contains(socket)) {
                    holders.add(each.pid() + " " + program);
                }
            } catch (IOException e) {
                // gone
            }
        }
        return holders;
    }

    @ParameterizedTest
    @ValueSource(strings = {"RELAY", "RELAY-3"})
    void shouldServeOnWhenAnotherProcessMakesTheListenerBlocking(String loops) throws Exception {
        ListeningParent parent = parent("listener");
        long primary = parent.serve(loops);
        List<LoadClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) { // some for each loop
                clients.add(new LoadClient(parent.port(), 20_000));
                clients.get(i).run(LoadRequest.SMALL, false);
                if (i == 5) {
                    parent.makeBlocking();
                }
            }
            for (LoadClient client : clients) { // while nobody connects, which would end an accept that blocks
                client.run(LoadRequest.SMALL, false);
            }
        } finally {
            for (LoadClient client : clients) {
                client.close();
            }
        }
        ConnectionStorm storm = new ConnectionStorm(parent.port(), 200);
        try (storm) {
            storm.awaitMore(300);
            long next = parent.serve(loops); // makes it non-blocking again
            storm.awaitMore(300);
            assertEquals(143, parent.stop(primary), parent.process()::report);
            primary = next;
            storm.awaitMore(100);
        }
        storm.assertNoneLost();
        parent.stop(primary);
    }

    @Test
    void shouldLetMusherJarTakeOverFromAnother(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("musher.json"), """
                {processes: [{id: "web", cmd: [%s], cluster: {instances: 2, commonPort: "inherit"}}]}"""
                .formatted(Stream.of(NonJavaServers.python()).map(InheritedListenerIT::quoted)
                        .collect(Collectors.joining(", "))));
        ListeningParent parent = new ListeningParent(children, "listener", List.of("env", "MUSHER_HOME=" + folder,
                Child.java(), "-jar", MusherProgram.JAR.toString(), "run", "-c", folder + "/musher.json", "--name"));
        long first = parent.start("first");
        parent.awaitLine("web: 2 workers ready on port " + parent.port());
        StrictHttpClient.fetch(parent.port());
        parent.start("second");
        parent.awaitLine("web: 2 workers ready on port " + parent.port());
        parent.stop(first);
        assertTrue(List.of("1", "2").contains(StrictHttpClient.fetch(parent.port())));

        Child without = children.command("env", "MUSHER_HOME=" + folder, Child.java(), "-jar",
                MusherProgram.JAR.toString(), "start", "-c", folder + "/musher.json", "--name", "third");
        assertEquals(1, without.exitCode(ListeningParent.PATIENCE), without::report);
        assertTrue(without.stderr().contains("\"commonPort\": \"inherit\" needs a listening socket as standard input"),
                without::report);
    }

    private static String quoted(String word) {
        return "\"" + word.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    @Test
    void shouldUseTheListenerAgainInTheSameJvm() throws Exception {
        ListeningParent parent = parent("listener");
        parent.start("again");
        parent.awaitLine("served all");
    }

    @Test
    void shouldRefuseASecondClusterInTheSameJvm() throws Exception {
        ListeningParent parent = parent("listener");
        parent.start("two");
        String refused = parent.awaitLine("refused: .*");
        assertTrue(refused.contains("other: inheritListener(): cluster shop of this JVM accepts from the inherited"
                + " socket on port " + parent.port() + " already"), refused);
        parent.awaitLine("served all");
    }

    @Test
    void shouldServeOnThePortOfTheListenerOnlyAndAlone() throws Exception {
        ListeningParent parent = parent("listener");
        int other = parent.port() == 3000 ? 3001 : 3000;
        parent.start("port", Integer.toString(other));
        String refused = parent.awaitLine("refused: .*");
        assertTrue(refused.contains("shop: commonPort " + other + " and inheritListener(): the inherited socket"
                + " listens on port " + parent.port() + "; leave commonPort out"), refused);

        long same = parent.serve("port", Integer.toString(parent.port()));
        parent.stop(same);
        long any = parent.serve("port", "0");
        ask(parent.port());
        for (ClusterBuilder each : List.of(clusters.jvm(), clusters.command("true"))) {
            ClusterBuilder beside = each.instances(0).commonPort(parent.port()).scheduling(Scheduling.KERNEL);
            StartupException taken = assertThrows(StartupException.class, () -> clusters.start(beside));
            assertTrue(taken.getMessage().contains("another program or cluster has it"), taken::getMessage);
        }
        parent.stop(any);
    }

    @ParameterizedTest
    @CsvSource({"connected, a socket that is connected to 127.0.0.1", "datagram, a datagram socket",
            "unix, a Unix domain socket", "pipe, a pipe", "terminal, a terminal (/dev/pts/", "null, '/dev/null,'",
            "/etc/passwd, the file /etc/passwd"})
    void shouldSayWhatItsInputIsWhenThatIsNoListener(String kind, String text) throws Exception {
        ListeningParent parent = parent(kind);
        parent.start("RELAY");
        String refused = parent.awaitLine("refused: .*");
        assertTrue(refused.contains("descriptor 0 of this process is " + text), refused);
        assertTrue(refused.contains("StandardInput=socket"), refused);
    }

    @Test
    void shouldRefuseKernelSchedulingWhereWorkersCannotShareTheListener() throws Exception {
        ListeningParent parent = parent("listener");
        parent.start("command-KERNEL");
        String command = parent.awaitLine("refused: .*");
        assertTrue(command.contains("inheritListener() needs workers that accept from the inherited socket itself")
                && command.contains("only worker JVMs can, not a command; use RELAY"), command);
        if (Runtime.version().feature() < 22) {
            parent.start("KERNEL", Integer.toString(parent.port()));
            String refused = parent.awaitLine("refused: .*");
            assertTrue(refused.contains("it needs Java 22 or newer; use RELAY, or AUTO"), refused);
        }
    }

    @Test
    void shouldChooseWhatWorksWithAuto() throws Exception {
        ListeningParent parent = parent("listener");
        long primary = parent.start("AUTO", Integer.toString(parent.port()));
        String choice = parent.awaitLine("scheduling AUTO chose .*");
        parent.awaitLine("ready " + primary);
        assertEquals(Runtime.version().feature() >= 22, choice.contains("KERNEL"), choice);
        assertFalse(parent.process().report().contains("SO_REUSEPORT and not"), parent.process()::report);
        ask(parent.port());
        parent.stop(primary);
    }
}
