import com.sun.net.httpserver.HttpServer;
import io.musher.Cluster;
import io.musher.ReloadPolicy;
import io.musher.Scheduling;
import io.musher.Worker;
import io.musher.WorkerContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How evenly the kernel distributes connections over workers that share a port, and what is lost when workers end:
 *
 * <pre>
 * cp='/tmp/out:core/target/*:balancer/target/*'; javac -cp "$cp" -d /tmp/out src-it/bench/Kernel.java
 * java -cp "$cp" Kernel spread; java -cp "$cp" Kernel loss
 * unshare -n sh -c 'ip link set lo up; sysctl -qw net.ipv4.tcp_migrate_req=1; java -cp "$0" Kernel loss' "$cp"
 * </pre>
 */
public final class Kernel {

    private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    public static void main(String[] args) throws Exception {
        if (Cluster.isWorker()) {
            work(args[0]);
        } else if (args[0].equals("spread")) {
            for (int workers : new int[]{2, 4, 8}) {
                spread(workers);
            }
        } else {
            loss(Integer.getInteger("seconds", 10), Integer.getInteger("threads", 8));
        }
    }

    private static void work(String mode) throws IOException {
        InetSocketAddress address = WorkerContext.current().address();
        if (mode.equals("spread")) {
            ServerSocket server = new ServerSocket();
            server.bind(address, 4096);
            Thread acceptor = new Thread(() -> {
                try {
                    while (true) {
                        try (Socket client = server.accept()) {
                            client.getOutputStream().write(WorkerContext.current().instance());
                        }
                    }
                } catch (IOException e) {
                    e.printStackTrace();
                }
            });
            acceptor.start();
            return;
        }
        HttpServer server = HttpServer.create(address, 4096);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        WorkerContext.current().onStop(() -> server.stop(1));
    }

    private static Cluster start(int workers, String mode) {
        return Cluster.builder().instances(workers).commonPort(0).scheduling(Scheduling.KERNEL).args(mode)
                .jvmArgs("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1").keepAlive(false)
                .reloadPolicy(ReloadPolicy.ofDefaults().withOverlap(Duration.ZERO)).start();
    }

    private static void spread(int workers) throws Exception {
        try (Cluster cluster = start(workers, "spread")) {
            for (int connections : new int[]{10, 64, 1000}) {
                List<Double> busiest = new ArrayList<>();
                List<Double> idlest = new ArrayList<>();
                for (int round = 0; round < 21; round++) {
                    int[] counts = new int[workers];
                    List<Socket> open = new ArrayList<>();
                    for (int i = 0; i < connections; i++) {
                        Socket client = new Socket("127.0.0.1", cluster.commonPort());
                        open.add(client);
                        counts[client.getInputStream().read()]++;
                    }
                    for (Socket each : open) {
                        each.close();
                    }
                    Arrays.sort(counts);
                    busiest.add(counts[workers - 1] * (double) workers / connections);
                    idlest.add(counts[0] * (double) workers / connections);
                }
                busiest.sort(null);
                idlest.sort(null);
                System.out.printf("%d workers, %d connections: busiest %.2f of the mean (worst %.2f), idlest %.2f"
                        + " (worst %.2f)%n", workers, connections, busiest.get(10), busiest.get(20), idlest.get(10),
                        idlest.get(0));
            }
        }
    }

    private interface Step {
        void run(Cluster cluster) throws Exception;
    }

    private static void loss(int seconds, int threads) throws Exception {
        for (int clients : new int[]{1, threads}) {
            measure("nothing", clients, seconds, cluster -> Thread.sleep(100));
            measure("reload", clients, seconds, cluster -> cluster.reload().join());
            measure("scale 4, 2", clients, seconds, cluster -> {
                cluster.scale(4).join();
                cluster.scale(2).join();
            });
            measure("kill -9", clients, seconds, cluster -> {
                Worker worker = cluster.workers().get(0);
                worker.kill();
                worker.onExit().join();
                while (cluster.stats().ready() < 2) {
                    Thread.sleep(5);
                }
            });
        }
    }

    private static void measure(String what, int clients, int seconds, Step step) throws Exception {
        try (Cluster cluster = start(2, "loss")) {
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger good = new AtomicInteger();
            AtomicInteger bad = new AtomicInteger();
            CountDownLatch ended = new CountDownLatch(clients);
            for (int i = 0; i < clients; i++) {
                new Thread(() -> {
                    while (!over.get()) {
                        (isAnswered(cluster.commonPort()) ? good : bad).incrementAndGet();
                    }
                    ended.countDown();
                }).start();
            }
            int steps = 0;
            for (long end = System.nanoTime() + seconds * 1_000_000_000L; System.nanoTime() < end; steps++) {
                step.run(cluster);
            }
            over.set(true);
            ended.await();
            System.out.printf("%d client(s), %s × %d: %d of %d requests failed%n", clients, what, steps, bad.get(),
                    good.get() + bad.get());
        }
    }

    private static boolean isAnswered(int port) {
        try (Socket client = new Socket("127.0.0.1", port)) {
            client.setSoTimeout(5000);
            client.getOutputStream().write(REQUEST);
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .startsWith("HTTP/1.1 204");
        } catch (IOException e) {
            return false;
        }
    }
}
