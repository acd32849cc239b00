package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The control socket of a primary, with clients of all kinds. */
class MusherControlIT extends MusherTestBase {

    private String answer(String request) throws IOException {
        try (SocketChannel channel = musher.connect()) {
            MusherProgram.write(channel, request);
            channel.shutdownOutput();
            return MusherProgram.readLine(channel);
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void shouldAnswerWhatIsNoRequestAndServeThirtyTwoClients() throws Exception {
        start("{id: 'web', cmd: 'sleep 600'}");

        assertTrue(answer("hello\n").contains("this is no line of JSON"));
        assertTrue(answer("{\"do\":\"sta").contains("the last line has no end"));
        assertTrue(answer("{\"do\":\"fly\"}\n").contains("there is no command \\\"fly\\\"; there are status"));
        assertTrue(answer("{\"do\":\"scale\",\"id\":\"web\",\"instances\":\"six\"}\n").contains("found six"));
        assertTrue(answer("x".repeat(66_000)).contains("\"code\":413"));
        assertTrue(answer("[".repeat(10_000) + "\n").contains("nested deeper"));
        assertTrue(answer("{\"do\":\"scale\",\"id\":\"web\",\"instances\":-1}\n").contains("found -1"));
        try (SocketChannel channel = musher.connect()) {
            MusherProgram.write(channel, "hello\n{\"do\":\"status\"}\n");
            assertTrue(MusherProgram.readLine(channel).contains("\"code\":400"));
            assertEquals("", MusherProgram.readLine(channel), "it is closed");
        }
        assertTrue(answer("{\"do\":\"signal\",\"id\":\"no\",\"signal\":\"HUP\"}\n").contains("\"code\":404"));

        List<SocketChannel> clients = new ArrayList<>();
        try {
            int served = 0;
            for (int i = 0; i < 32; i++) {
                clients.add(musher.connect());
                MusherProgram.write(clients.get(i), "{\"do\":\"status\"}\n");
                served += MusherProgram.readLine(clients.get(i)).contains("\"ok\":true") ? 1 : 0;
            }
            assertEquals(32, served);
            for (int i = 32; i < 40; i++) {
                clients.add(musher.connect());
                assertTrue(MusherProgram.readLine(clients.get(i)).contains("\"code\":503"));
            }
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> musher.send("{\"do\":\"status\"}").contains("\"ok\":true"));
        // a client that is silent is cut; the limit is ten seconds
        try (SocketChannel silent = musher.connect()) {
            long begin = System.nanoTime();
            MusherProgram.write(silent, "{\"do\"");
            assertEquals("", MusherProgram.readLine(silent));
            assertTrue(System.nanoTime() - begin > Duration.ofSeconds(9).toNanos(), "not before");
        }
    }

    @Test
    void shouldNotLetAClientThatDoesNotReadHoldUpWorkers() throws Exception {
        start("{id: 'web', cmd: ['sh', '-c', 'while ! [ -e go ]; do sleep 0.1; done; seq 1 200000; echo done;"
                + " sleep 600'], logger: {stdout: 'web.log'}}");
        try (SocketChannel stuck = musher.connect()) {
            MusherProgram.write(stuck, "{\"do\":\"logs\",\"follow\":true}\n");
            Files.createFile(folder.resolve("go"));

            // the file gets all of it while the client reads nothing
            Path log = folder.resolve("web.log");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Files.exists(log) && Files.readString(log).endsWith("200000\ndone\n"));
            assertTrue(musher.send("{\"do\":\"status\"}").contains("\"ok\":true"));

            String line = "";
            while (!line.startsWith("{\"gap\":")) {
                line = MusherProgram.readLine(stuck);
                assertTrue(!line.isEmpty(), "the stream goes on");
            }
        }
    }

    @Test
    void shouldGiveTheSlotOfAStreamThatIsNotReadToANewOne() throws Exception {
        start("{id: 'web', cmd: ['sh', '-c', 'while ! [ -e go ]; do sleep 0.1; done; while true; do seq 1 20000;"
                + " sleep 0.2; done'], logger: {stdout: 'web.log', keep: 0}}");
        List<SocketChannel> stuck = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                stuck.add(musher.connect());
                MusherProgram.write(stuck.get(i), "{\"do\":\"logs\",\"follow\":true}\n");
            }
            Files.createFile(folder.resolve("go"));

            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                try (SocketChannel reader = musher.connect()) {
                    MusherProgram.write(reader, "{\"do\":\"logs\",\"follow\":true}\n");
                    String line = MusherProgram.readLine(reader);
                    assertTrue(line.contains("\"text\""), line);
                }
            });
        } finally {
            for (SocketChannel client : stuck) {
                client.close();
            }
        }
    }

    @Test
    void shouldKeepOneClusterForAProcessThatManyClientsCommandAtOnce() throws Exception {
        start("{id: 'web', cmd: ['sleep', '600'], cluster: {instances: 2}, restartDelayMs: 100}, {id: 'more',"
                + " cmd: ['sleep', '600']}");
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Random random = new Random(i);
            clients.add(new Thread(() -> {
                for (int j = 0; j < 8; j++) {
                    String command = List.of("restart", "stop", "start", "reload").get(random.nextInt(4));
                    assertDoesNotThrow(() -> musher.send("{\"do\":\"" + command + "\",\"id\":\"web\"}"));
                }
            }));
        }
        clients.forEach(Thread::start);
        for (Thread client : clients) {
            client.join();
        }

        assertTrue(musher.send("{\"do\":\"start\",\"id\":\"web\"}").contains("\"ok\":true"));
        ProcessHandle primary = ProcessHandle.of(musher.pid()).orElseThrow();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertEquals(3, primary.children()
                .filter(child -> child.info().commandLine().orElse("").contains("sleep 600")).count()));
    }

    @Test
    void shouldLetInItsUserAndRootOnly() throws Exception {
        musher.file("{id: 'web', cmd: 'sleep 600'}");
        assertExit(0, musher.end(musher.begin("umask 0;", "start")));
        assertEquals("rwx------", permissions(musher.home()));
        assertEquals("rw-------", permissions(musher.home().resolve("control.sock")));

        assumeTrue("root".equals(System.getProperty("user.name")), "only root can be another user");
        assumeTrue(Files.exists(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
        String nobody = "set -- setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\";";
        MusherProgram.Result outside = musher.end(musher.begin(nobody, "status", "--name", "shop"));
        assertExit(5, outside);

        // even where the files were opened to everybody, the kernel says who it is
        for (Path path : List.of(folder, folder.resolve("home"), musher.home())) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.setPosixFilePermissions(musher.home().resolve("control.sock"),
                PosixFilePermissions.fromString("rw-rw-rw-"));
        MusherProgram.Result inside = musher.end(musher.begin(nobody, "status", "--name", "shop"));
        assertExit(5, inside);
        assertTrue(inside.err().contains("may not control this primary"), inside::err);
    }

    @Test
    void shouldLetInUsersOfTheGroupThatTheFileNamesAndSayWhoGaveACommand() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can be another user");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path config = Files.writeString(folder.resolve("musher.json"), "{name: 'shop', control: {socket:"
                + " 'run/control.sock', group: 'daemon'}, processes: [{id: 'web', cmd: 'exec sleep 600'}]}");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
        assertExit(0, musher.end(musher.begin("umask 0;", "start")));
        try {
            assertEquals("rwxr-x---", permissions(folder.resolve("run")));
            assertEquals("rw-rw----", permissions(folder.resolve("run/control.sock")));

            int daemon = (Integer) Files.getAttribute(folder.resolve("run"), "unix:gid");
            MusherProgram.Result member = musher.end(musher.begin(as(65534, daemon), "restart", "web-1"));
            assertExit(0, member);
            MusherProgram.Result stranger = musher.end(musher.begin(as(65534, 65534), "status"));
            assertExit(5, stranger);
            assertTrue(stranger.err().contains("you may not control the primary"), stranger::err);

            assertTrue(events().stream().anyMatch(event -> event.get("type").equals("restart")
                    && event.get("by").equals("nobody")), () -> "no event by nobody");
        } finally {
            assertExit(0, musher.run("stop"));
        }
    }

    /** Words of a shell that continue as another user, who has a home of its own. */
    private static String as(int user, int group) {
        return "export MUSHER_HOME=/nonexistent; set -- python3 -c 'import os, sys; os.setgroups([]); os.setgid("
                + group
                + "); os.setuid(" + user + "); os.execv(sys.argv[1], sys.argv[1:])' \"$@\";";
    }

    private List<Map<String, Object>> events() throws IOException {
        List<Map<String, Object>> events = new ArrayList<>();
        try (SocketChannel channel = SocketChannel
                .open(UnixDomainSocketAddress.of(folder.resolve("run/control.sock")))) {
            MusherProgram.write(channel, "{\"do\":\"events\",\"since\":0}\n");
            while (events.isEmpty() || !events.get(events.size() - 1).get("type").equals("exited")) {
                events.add(Answers.object(MusherProgram.readLine(channel)));
            }
        }
        return events;
    }

    @Test
    void shouldNotDeleteAFileThatIsNamedAsTheSocketByMistake() throws Exception {
        musher.file("{id: 'web', cmd: 'sleep 600'}");
        Path file = folder.resolve("musher.json");
        Files.writeString(file, Files.readString(file).replace("name: 'shop'",
                "name: 'shop', control: {socket: 'musher.json'}"));
        String before = Files.readString(file);
        MusherProgram.Result run = musher.run("run");
        assertExit(1, run);
        assertTrue(run.err().contains("musher.json exists and is no socket"), run::err);
        assertEquals(before, Files.readString(file));
    }

    @Test
    void shouldRefuseAFolderThatOthersMayWriteAndAPathThatIsTooLong() throws Exception {
        musher.file("{id: 'web', cmd: 'sleep 600'}");
        Path open = Files.createDirectories(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        String tooLong = "x".repeat(120) + "/control.sock"; // a mistake of the file, unlike the folder's permissions
        for (String socket : List.of("open/control.sock", tooLong)) {
            Files.writeString(folder.resolve("musher.json"), "{name: 'shop', control: {socket: '" + socket
                    + "'}, processes: [{id: 'web', cmd: 'sleep 600'}]}");
            MusherProgram.Result run = musher.run("run");
            assertExit(socket.equals(tooLong) ? 2 : 1, run);
            assertTrue(run.err().contains(socket.equals(tooLong) ? "control.socket" : "may be written by others"),
                    run::err);
        }
    }
}
