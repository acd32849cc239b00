package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Cluster;
import io.musher.HealthCheck;
import io.musher.Output;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The primary, its balancer, its checks and its workers meet at one address, whatever this JVM's flags make of
 * "localhost".
 */
class LoopbackAddressIT {

    @RegisterExtension
    final Children children = new Children();

    /** A primary whose workers serve; prints what the balancer answers. */
    static final class Primary {
        private Primary() {}

        public static void main(String[] args) throws Exception {
            try (Cluster cluster = Cluster.builder().instances(1).commonPort(0).main(ScriptedWorker.class).args()
                    .startTimeout(Duration.ofSeconds(20))
                    .healthCheck(HealthCheck.tcp().asReadiness()).healthCheck(HealthCheck.http("/health").asReadiness())
                    .output(Output.inherit()).start()) {
                System.out.println("answered by " + StrictHttpClient.fetch(cluster.commonPort()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Djava.net.preferIPv6Addresses=true", "-Djava.net.preferIPv6Addresses=system",
            "-Djava.net.preferIPv4Stack=true"})
    void shouldServeWithAnyPreferenceForAddresses(String flag) throws Exception {
        Child primary = children.command(Child.java(), flag, "-cp", System.getProperty("java.class.path"),
                Primary.class.getName());
        primary.awaitLine("answered by 1", Duration.ofSeconds(40));
        assertEquals(0, primary.exitCode(Child.PATIENCE), primary::report);
    }
}
