package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What {@code musher.jar} says of workers that fail: at the start, and again and again later. */
class MusherCrashIT extends MusherTestBase {

    @Test
    void shouldFailTheStartWithTheOutputOfAWorkerThatEndsAndSayThatItGaveUp() throws Exception {
        musher.file("{id: 'mail', cmd: 'echo run >>runs; echo no SMTP_HOST >&2; exit 7', restartLimit: 3,"
                + " restartDelayMs: 10}");

        MusherProgram.Result start = musher.run("start");

        assertExit(1, start);
        assertTrue(start.err().matches("(?s).*  \\| no SMTP_HOST\nmusher: mail: worker [12] \\(mail-1\\): exit code 7"
                + " \\(never became ready\\): \"no SMTP_HOST\"\nmusher: \"shop\" runs and goes on trying.*"),
                start::err);
        await().atMost(Duration.ofSeconds(30)).until(() -> process(0).get("state").equals("gave up"));
        MusherProgram.Result status = musher.run("ls");
        assertExit(1, status);
        assertTrue(status.out().contains("gave up") && status.out().endsWith("\"no SMTP_HOST\""), status::out);
        assertEquals(4, Files.readAllLines(folder.resolve("runs")).size());
        assertEquals(4L, process(0).get("failures"));
        assertTrue(process(0).get("why").toString().endsWith("\"no SMTP_HOST\""), process(0)::toString);
    }

    @Test
    void shouldShowACrashLoopOfWorkersThatWereStableAndAreReplacedAtOnce() throws Exception {
        start("{id: 'web', cmd: 'sleep 2.5; echo out of luck; exit 3'}"); // ready after a second

        await().atMost(Duration.ofSeconds(60)).until(() -> (Long) process(0).get("restarts") >= 4);

        assertEquals("crashing", process(0).get("state"));
        MusherProgram.Result status = musher.run("status");
        assertExit(1, status);
        assertTrue(status.out().matches("(?s).* crashing .*failed [0-9]+ times in a row, last .*exit code 3.*"
                + "\"out of luck\".*"), status::out);
        String log = musher.run("logs", "--primary").out();
        assertFalse(log.contains("is replaced in "), log);

        musher.file("{id: 'web', cmd: 'sleep 600'}");
        assertExit(0, musher.run("restart", "web"));
        assertExit(0, musher.run("status"));
    }
}
