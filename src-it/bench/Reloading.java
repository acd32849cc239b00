import io.musher.Cluster;
import io.musher.ReloadPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Scanner;
import java.util.stream.Stream;

/**
 * What is measured by {@code reload}: {@code Reloading <workers> <port> <overlap in s> <flags of the workers>}, shops
 * behind a port; each line of its input reloads them.
 */
public final class Reloading {

    private Reloading() {}

    public static void main(String[] args) {
        List<String> flags = Stream.concat(Stream.of("-Dsun.net.httpserver.nodelay=true"),
                Stream.of(args[3].split(" ")).filter(flag -> !flag.isEmpty())).toList();
        try (Cluster cluster = Cluster.builder().main("io.musher.it.LoadTestWorker").jvmArgs(flags)
                .instances(Integer.parseInt(args[0])).commonPort(Integer.parseInt(args[1]))
                .reloadPolicy(ReloadPolicy.ofDefaults().withOverlap(Duration.ofSeconds(Integer.parseInt(args[2]))))
                .start();
                Scanner lines = new Scanner(System.in)) {
            System.out.println("READY");
            while (lines.hasNextLine()) {
                lines.nextLine();
                System.out.println(cluster.reload().join().succeeded() ? "RELOADED" : "FAILED");
            }
        }
    }
}
