package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.RestartPolicy;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A primary none of whose instances can be kept up. */
class AllInstancesGivenUpIT {

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldEndWithStatusOneWhenTheLastInstanceIsGivenUp() throws Exception {
        Child primary = children.java(Primary.class, "default");
        assertEquals(1, primary.exitCode(Duration.ofSeconds(60)), primary::report);
        assertTrue(primary.stderr().contains("no worker is left: all 2 instances are given up"), primary::report);
        assertTrue(primary.stdout().contains("Stopped"),
                () -> "listeners hear all events before the end: " + primary.report());
    }

    @Test
    void shouldLiveOnWhenThatIsSwitchedOff() throws Exception {
        Child primary = children.java(Primary.class, "live on");
        livesOn(primary);
    }

    @Test
    void shouldLeaveAHostThatLivesByItselfAlone() throws Exception {
        Child primary = children.java(Primary.class, "embedded");
        livesOn(primary);
    }

    private static void livesOn(Child primary) throws Exception {
        primary.awaitLine("no worker is left: all 2 instances are given up", Duration.ofSeconds(60));
        primary.awaitLine("lives on after .* has given up", Duration.ofSeconds(60));
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(60)), primary::report);
    }

    /** Its workers exit at once. */
    static final class Primary {
        private Primary() {}

        public static void main(String[] args) throws Exception {
            RestartPolicy soon = RestartPolicy.always().withDelays(Duration.ofMillis(1), Duration.ofMillis(1))
                    .withGiveUp(2, Duration.ofSeconds(60));
            ClusterBuilder builder = Cluster.builder().instances(0).commonPort(0).main(ScriptedWorker.class)
                    .args("exit", "7").restartPolicy(soon)
                    .on(ClusterEvent.class, SelfForkingProgram::print);
            if (args[0].equals("live on")) {
                builder.exitWhenAllGaveUp(false);
            } else if (args[0].equals("embedded")) {
                builder.keepAlive(false);
            }
            Cluster cluster = builder.start();
            cluster.scale(2)
                    .whenComplete((nothing, failure) -> System.out.println("lives on after " + failure.getMessage()));
            while (true) {
                LockSupport.park();
            }
        }
    }
}
