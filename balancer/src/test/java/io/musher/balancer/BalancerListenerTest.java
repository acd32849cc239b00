package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BalancerListenerTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    /** Writes down what it hears, and throws. */
    private final RecordingBalancerListener thrower = new RecordingBalancerListener() {
        @Override
        public void ejected(Target target, String why) {
            super.ejected(target, why);
            throw new IllegalStateException("on purpose");
        }

        @Override
        public void restored(Target target) {
            super.restored(target);
            throw new AssertionError("on purpose");
        }

        @Override
        public void drained(Target target) {
            super.drained(target);
            throw new IllegalStateException("on purpose");
        }

        @Override
        public void rejected(InetSocketAddress client, String why) {
            super.rejected(client, why);
            throw new AssertionError("on purpose");
        }
    };

    @Test
    void shouldNotBeAbleToHarmTheBalancer() throws Exception {
        HeldPort flaky = fixture.dead();
        ScriptedTarget good = fixture.http("x");
        Balancer balancer = fixture.balancer(b -> b.listener(thrower).ejectAfter(1).maxWaiting(0)
                .targets(List.of(flaky.as("flaky"), good.as("good"))));
        for (int i = 0; i < 4; i++) {
            assertEquals("x", fixture.connect(balancer).ask(HttpMessages.get("/")));
        }
        heard("ejected flaky");
        fixture.add(ScriptedTarget.running(flaky, new HttpTarget("x")));
        heard("restored flaky");
        BalancerFixture.get(balancer.updateTargets(List.of()));
        assertEquals(0, BalancerFixture.get(balancer.drain("good", BalancerFixture.PATIENCE)));
        heard("drained good");
        fixture.connect(balancer).expectEnd();
        heard("rejected 127.0.0.1");
        BalancerFixture.get(balancer.updateTargets(List.of(good.as("good"))));
        assertEquals("x", fixture.connect(balancer).ask(HttpMessages.get("/")));
    }

    @Test
    void shouldBeCalledOnTheLoopsThreads() throws Exception {
        List<String> threads = new CopyOnWriteArrayList<>();
        Balancer balancer = fixture
                .balancer(b -> b.name("spoken").loops(2).maxWaiting(0).listener(new BalancerListener() {
                    @Override
                    public void rejected(InetSocketAddress client, String why) {
                        threads.add(Thread.currentThread().getName());
                    }
                }));
        for (int i = 0; i < 5; i++) {
            fixture.connect(balancer).expectEnd();
        }
        BalancerFixture.await("all are told", () -> threads.size() == 5);
        assertTrue(threads.stream().allMatch(name -> name.matches("spoken-lb-[01]")), threads.toString());
    }

    @Test
    void shouldHearWhoWasRejected() throws Exception {
        List<InetSocketAddress> clients = new CopyOnWriteArrayList<>();
        Balancer balancer = fixture.balancer(b -> b.maxWaiting(0).listener(new BalancerListener() {
            @Override
            public void rejected(InetSocketAddress client, String why) {
                clients.add(client);
            }
        }));
        Peer client = fixture.connect(balancer);
        BalancerFixture.await("it is told", () -> clients.equals(List.of(client.socket.getLocalSocketAddress())));
    }

    private void heard(String beginning) {
        BalancerFixture.await("heard: " + beginning, () -> thrower.heard(beginning));
    }
}
