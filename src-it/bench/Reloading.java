import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ReloadPolicy;
import io.musher.WarmUp;
import java.time.Duration;
import java.util.List;
import java.util.Scanner;
import java.util.stream.Stream;

/**
 * What is measured by {@code reload}: {@code Reloading <workers> <port> <overlap in s> <warm-up in s> <flags of the
 * workers>}, shops behind a port; each line of its input reloads them.
 */
public final class Reloading {

    private Reloading() {}

    public static void main(String[] args) {
        List<String> flags = Stream.concat(Stream.of("-Dsun.net.httpserver.nodelay=true"),
                Stream.of(args[4].split(" ")).filter(flag -> !flag.isEmpty())).toList();
        ClusterBuilder builder = Cluster.builder().main("io.musher.it.LoadTestWorker").jvmArgs(flags);
        if (!args[3].equals("0")) {
            builder.warmUp(WarmUp.requests("/small", "/big").withTime(Duration.ofSeconds(Integer.parseInt(args[3]))));
        }
        try (Cluster cluster = builder.instances(Integer.parseInt(args[0])).commonPort(Integer.parseInt(args[1]))
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
