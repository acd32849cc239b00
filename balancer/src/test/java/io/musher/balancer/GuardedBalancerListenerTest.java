package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuardedBalancerListenerTest {

    private static final Target TARGET = new Target("a", new InetSocketAddress("127.0.0.1", 8000));
    private static final InetSocketAddress CLIENT = new InetSocketAddress("127.0.0.1", 9);

    @Test
    void shouldPassEverythingOn() {
        List<String> heard = new ArrayList<>();

        callAll(new GuardedBalancerListener("b", new Noisy(heard, false)));

        assertEquals(List.of("ejected a x", "down a y", "restored a", "drained a", "rejected 9 z", "acceptPaused"),
                heard);
    }

    @Test
    void shouldBearAListenerThatThrows() {
        List<String> heard = new ArrayList<>();
        GuardedBalancerListener guarded = new GuardedBalancerListener("b", new Noisy(heard, true));

        String log = logOf(() -> {
            callAll(guarded);
            callAll(guarded);
            callAll(guarded);
        });

        assertEquals(18, heard.size(), "it is still told");
        assertEquals(6, log.split(Noisy.class.getName().replace("$", "\\$") + " threw", -1).length - 1,
                () -> "one line for each kind of call, in: " + log);
    }

    private static void callAll(BalancerListener listener) {
        listener.ejected(TARGET, "x");
        listener.down(TARGET, "y");
        listener.restored(TARGET);
        listener.drained(TARGET);
        listener.rejected(CLIENT, "z");
        listener.acceptPaused();
    }

    /** What goes to stderr meanwhile, where the tests' log goes. */
    private static String logOf(Runnable task) {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            task.run();
        } finally {
            System.setErr(before);
        }
        return log.toString(StandardCharsets.UTF_8);
    }

    private record Noisy(List<String> heard, boolean throwing) implements BalancerListener {

        private void hear(String what) {
            heard.add(what);
            if (throwing) {
                throw new IllegalStateException("on purpose");
            }
        }

        @Override
        public void ejected(Target target, String why) {
            hear("ejected " + target.id() + " " + why);
        }

        @Override
        public void down(Target target, String why) {
            hear("down " + target.id() + " " + why);
        }

        @Override
        public void restored(Target target) {
            hear("restored " + target.id());
        }

        @Override
        public void drained(Target target) {
            hear("drained " + target.id());
        }

        @Override
        public void rejected(InetSocketAddress client, String why) {
            hear("rejected " + client.getPort() + " " + why);
        }

        @Override
        public void acceptPaused() {
            hear("acceptPaused");
        }
    }
}
