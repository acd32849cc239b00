import io.musher.Cluster;
import java.util.Scanner;

/**
 * What is measured by {@code reload}: {@code Reloading <workers> <port>}, shops behind a port; each line of its input
 * reloads them.
 */
public final class Reloading {

    private Reloading() {}

    public static void main(String[] args) {
        try (Cluster cluster = Cluster.builder().main("io.musher.it.LoadTestWorker")
                .jvmArgs("-Dsun.net.httpserver.nodelay=true")
                .instances(Integer.parseInt(args[0])).commonPort(Integer.parseInt(args[1])).start();
                Scanner lines = new Scanner(System.in)) {
            System.out.println("READY");
            while (lines.hasNextLine()) {
                lines.nextLine();
                System.out.println(cluster.reload().join().succeeded() ? "RELOADED" : "FAILED");
            }
        }
    }
}
