package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Cluster;
import io.musher.HealthCheck;
import io.musher.Worker;
import io.musher.WorkerContext;
import java.time.Duration;
import java.util.Scanner;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A primary that was halted for a while does not blame its workers for the answers it could not read. */
@DisabledOnOs(OS.WINDOWS)
class HaltedPrimaryIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldKeepItsWorkersWhenItGoesOnAfterSigstop() throws Exception {
        Child primary = children.java(Primary.class);
        primary.awaitLine("both are ready");
        for (int i = 0; i < 2; i++) {
            primary.signal("STOP");
            LockSupport.parkNanos(TIMEOUT.plusSeconds(2).toNanos()); // longer than a worker may take to answer
            primary.signal("CONT");
            primary.stdin().write("who is there?\n".getBytes());
            primary.stdin().flush();
            assertEquals("alive: 1 2 ", primary.awaitLine("alive: .*").group());
        }
    }

    /** Its workers take their time for each heartbeat, so that it waits for an answer nearly always. */
    static final class Primary {
        public static void main(String[] args) throws Exception {
            Cluster cluster = Cluster.builder().main(Slow.class).args().instances(2)
                    .healthCheck(HealthCheck.heartbeat().withInterval(Duration.ofMillis(100)).withTimeout(TIMEOUT)
                            .withFall(1))
                    .start();
            System.out.println("both are ready");
            Scanner in = new Scanner(System.in);
            while (in.hasNextLine()) {
                in.nextLine();
                LockSupport.parkNanos(1_000_000_000L); // for what it does as soon as it goes on
                StringBuilder line = new StringBuilder("alive: ");
                for (Worker worker : cluster.workers()) {
                    line.append(worker.id()).append(' ');
                }
                System.out.println(line);
            }
            cluster.close();
        }
    }

    /** A worker with slow heartbeats. */
    static final class Slow {
        public static void main(String[] args) throws Exception {
            WorkerContext.current().onHeartbeat(() -> {
                LockSupport.parkNanos(100_000_000L);
                return true;
            });
        }
    }
}
