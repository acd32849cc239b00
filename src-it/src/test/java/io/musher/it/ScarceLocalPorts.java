package io.musher.it;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerStats.TargetState;
import io.musher.balancer.BalancerStats.TargetStats;
import io.musher.balancer.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A balancer where few local ports are left towards one of its targets; its argument is how many the system has. */
final class ScarceLocalPorts {

    private static final int BALANCER = 20_000;

    private ScarceLocalPorts() {}

    public static void main(String[] args) throws Exception {
        int ports = Integer.parseInt(args[0]);
        try (NioHttpServer a = new NioHttpServer("a", 20_001);
                NioHttpServer b = new NioHttpServer("b", 20_002);
                Balancer balancer = Balancer.builder().port(BALANCER).loops(1).targets(List.of(target(a), target(b)))
                        .start()) {
            List<Socket> hoarded = hoard(ports, a.address());
            say("without", fetch(30), balancer);
            for (Socket socket : hoarded) {
                socket.setSoLinger(true, 0); // the port is free at once
                socket.close();
            }
            say("with", fetch(30), balancer);
        }
    }

    private static Target target(NioHttpServer site) {
        return new Target(site.name(), site.address());
    }

    /** All the ports there are towards one address. */
    private static List<Socket> hoard(int ports, InetSocketAddress to) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < ports; i++) {
            sockets.add(new Socket(to.getAddress(), to.getPort()));
        }
        try (Socket more = new Socket(to.getAddress(), to.getPort())) {
            throw new AssertionError("a port more: " + more);
        } catch (SocketException e) {
            return sockets;
        }
    }

    /** Each client has an address of its own, and so all the ports towards the balancer. */
    private static Map<String, Integer> fetch(int times) throws IOException {
        Map<String, Integer> answers = new TreeMap<>();
        for (int i = 0; i < times; i++) {
            try (Socket client = new Socket()) {
                client.bind(new InetSocketAddress("127.0.1." + (i + 1), 0));
                client.connect(new InetSocketAddress("127.0.0.1", BALANCER));
                client.setSoLinger(true, 0);
                client.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: it\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                String line = in.readLine();
                while (!line.isEmpty()) {
                    line = in.readLine();
                }
                answers.merge(String.valueOf((char) in.read()), 1, Integer::sum);
            }
        }
        return answers;
    }

    private static void say(String when, Map<String, Integer> answers, Balancer balancer) {
        TargetStats a = balancer.stats().target("a").orElseThrow();
        System.out.println(
                when + " ports: " + answers + ", a is " + a.state() + " after " + a.connectFailures() + " failures"
                        + (a.state() == TargetState.READY ? "" : "!"));
    }
}
