package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationUnderLoadTest {

    private static final Duration LONG = Duration.ofSeconds(15);

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final AtomicBoolean over = new AtomicBoolean();

    /** Every old target is closed as soon as it is drained: a request that is sent there would fail. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldNotFailARequestWhileTargetsAreReplaced(int loops) throws Exception {
        ScriptedTarget present = fixture.http("t0");
        Target first = present.as("t0");
        Balancer balancer = fixture.balancer(b -> b.loops(loops).targets(List.of(first)));
        List<Future<Integer>> clients = load(balancer, 6);
        for (int i = 1; i <= 250; i++) {
            ScriptedTarget next = ScriptedTarget.running(new HttpTarget("t" + i));
            BalancerFixture.get(balancer.updateTargets(List.of(next.as("t" + i))));
            assertEquals(0, BalancerFixture.get(balancer.drain("t" + (i - 1), LONG)), "cut from t" + (i - 1));
            present.close();
            present = next;
        }
        over.set(true);
        int requests = 0;
        for (Future<Integer> client : clients) {
            requests += BalancerFixture.get(client);
        }
        present.close();
        BalancerStats stats = balancer.stats();
        assertTrue(requests > 250, requests + " requests");
        assertTrue(stats.moved() > 250, stats.toString());
        assertEquals(0, stats.connectFailures() + stats.cut() + stats.rejected(), stats.toString());
        assertEquals(6, stats.accepted(), "each client had one connection");
    }

    @Test
    void shouldNotFailARequestWhileTargetsComeAndGoFasterThanTheyDrain() throws Exception {
        List<Target> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(fixture.http("t" + i).as("t" + i));
        }
        Balancer balancer = fixture.balancer(b -> b.loops(2).targets(all));
        List<Future<Integer>> clients = load(balancer, 6);
        for (int i = 0; i < 1000; i++) {
            Future<Void> fence = balancer.updateTargets(List.of(all.get(i % 4), all.get((i + 1 + i % 3) % 4)));
            if (i % 10 == 0) {
                BalancerFixture.get(fence);
            }
        }
        over.set(true);
        for (Future<Integer> client : clients) {
            BalancerFixture.get(client);
        }
        BalancerFixture.await("only listed targets have connections", () -> balancer.stats().targets().size() == 2);
        assertEquals(0, balancer.stats().connectFailures() + balancer.stats().cut() + balancer.stats().rejected());
        assertEquals(6, balancer.stats().accepted(), "each client had one connection");
    }

    private List<Future<Integer>> load(Balancer balancer, int clients) throws Exception {
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Peer client = fixture.connect(balancer);
            String body = "x".repeat(1 + 400 * i);
            all.add(fixture.beside(() -> requests(client, body)));
        }
        BalancerFixture.await("all clients are at work", () -> balancer.stats().bytesToClients() > 10_000);
        return all;
    }

    /** {@return how many requests were served until it was over, each in full} */
    private int requests(Peer client, String body) throws Exception {
        List<String> requests = List.of(HttpMessages.get("/"), HttpMessages.post("/", body),
                HttpMessages.get("/chunked"),
                HttpMessages.postChunked("/chunked", body), HttpMessages.head("/"));
        int served = 0;
        for (; !over.get(); served++) {
            String request = requests.get(served % requests.size());
            String answer = client.ask(request);
            assertTrue(answer.matches(request.contains("POST") ? "t\\d+:" + body : "t\\d+"), answer);
        }
        return served;
    }
}
