package io.musher.examples;

import com.sun.net.httpserver.HttpServer;
import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.Strategy;
import io.musher.balancer.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Scanner;

/**
 * Runs the balancer without a cluster, in front of two HTTP servers in the same JVM: withdraw one of them while a
 * client is connected to it.
 *
 * <p>Argument: the port (default 3000).
 */
public final class TwoServers {

    private TwoServers() {}

    /**
     * Runs until the input ends or Ctrl-C is pressed.
     *
     * @param args the port
     * @throws IOException if a server cannot start
     */
    public static void main(String[] args) throws IOException {
        int port = args.length == 0 ? 3000 : Integer.parseInt(args[0]);
        Target a = new Target("a", serve("a"));
        Target b = new Target("b", serve("b"));
        try (Balancer balancer = Balancer.builder().port(port).strategy(Strategy.roundRobin()).targets(List.of(a, b))
                .start();
                Scanner input = new Scanner(System.in, StandardCharsets.UTF_8)) {
            System.out.printf("""
                    Two servers, a and b, behind http://localhost:%d/ - try, in another terminal:
                      curl http://localhost:%1$d/
                    and here: a or b (only that one), ab (both), stats, Ctrl-C.
                    """, balancer.address().getPort());
            while (input.hasNext()) {
                switch (input.next()) {
                    case "a" -> balancer.updateTargets(List.of(a)).join();
                    case "b" -> balancer.updateTargets(List.of(b)).join();
                    case "ab" -> balancer.updateTargets(List.of(a, b)).join();
                    default -> print(balancer.stats());
                }
            }
        }
        System.exit(0); // otherwise the threads of the servers keep the JVM alive
    }

    private static void print(BalancerStats stats) {
        System.out.println(stats.accepted() + " accepted, " + stats.active() + " active, " + stats.moved() + " moved");
        stats.targets().forEach(
                t -> System.out.println("  " + t.target().id() + " " + t.state() + ", " + t.accepted() + " accepted"));
    }

    private static InetSocketAddress serve(String name) throws IOException {
        byte[] body = ("answered by " + name + "\n").getBytes(StandardCharsets.UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server.getAddress();
    }
}
