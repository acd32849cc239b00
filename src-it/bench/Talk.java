import com.sun.management.OperatingSystemMXBean;
import io.musher.Cluster;
import io.musher.Message;
import io.musher.Worker;
import io.musher.WorkerContext;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What is measured by {@code messages}: {@code Talk <seconds> <seconds of warm-up>} prints {@code <metric> TAB <value>}
 * lines. <em>Ping-pong</em>: one message in flight, primary to worker and back. <em>One-way</em>: worker to primary, as
 * fast as it goes; the primary reads every record. CPU is that of both processes, for each round trip or message.
 */
public final class Talk {

    /** The message of Node's benchmark: about 100 bytes of JSON, or about 64 KiB. */
    record Note(String type, long id, String data) {}

    record Flood(boolean binary, int size, long millis) {}

    record Sent(long count) {}

    private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
            .getOperatingSystemMXBean();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Talk() {}

    public static void main(String[] args) throws Exception {
        if (Cluster.isWorker()) {
            work(WorkerContext.current());
            return;
        }
        long seconds = Long.parseLong(args[0]);
        long warm = Long.parseLong(args[1]);
        try (Cluster cluster = Cluster.builder().instances(1).start()) {
            Worker worker = cluster.workers().get(0);
            for (Object message : List.of(note(70), note(65_500))) {
                new PingPong(worker, message, warm).run();
                new PingPong(worker, message, seconds).print();
            }
            for (Flood flood : List.of(new Flood(false, 70, 0), new Flood(true, 65_536, 0),
                    new Flood(false, 65_500, 0))) {
                new OneWay(worker, flood, warm).run();
                new OneWay(worker, flood, seconds).print();
            }
        }
    }

    private static Note note(int length) {
        return new Note("msg", 1, "x".repeat(length));
    }

    // ---- the worker

    private static void work(WorkerContext me) {
        me.onMessage(message -> {
            if (!message.isRequest()) {
                me.send(message.as(Note.class));
            } else if (message.value() instanceof String) {
                message.reply(SYSTEM.getProcessCpuTime());
            } else {
                message.reply(flood(me, message.as(Flood.class)));
            }
        });
    }

    private static Sent flood(WorkerContext me, Flood how) {
        long end = System.nanoTime() + how.millis * 1_000_000;
        byte[] bytes = new byte[how.size];
        String data = "x".repeat(how.size);
        long n = 0;
        while (System.nanoTime() < end) {
            if (me.send(how.binary ? bytes : new Note("msg", n, data))) {
                n++;
            } else {
                me.writable().join();
            }
        }
        return new Sent(n);
    }

    // ---- the primary

    private static long cpu(Worker worker) {
        return SYSTEM.getProcessCpuTime() + worker.request("cpu", PATIENCE).join().as(long.class);
    }

    private static void figure(String name, String what, double value) {
        System.out.printf(Locale.ROOT, "%s_%s\t%.2f%n", name, what, value);
    }

    /** One message goes to and fro. */
    private static final class PingPong {
        private final Worker worker;
        private final Object message;
        private final long nanos;
        private final long[] times = new long[10_000_000];
        private final CountDownLatch over = new CountDownLatch(1);
        private long begun;
        private long sent;
        private int count;
        private long cpu;
        private long took;

        PingPong(Worker worker, Object message, long seconds) {
            this.worker = worker;
            this.message = message;
            this.nanos = TimeUnit.SECONDS.toNanos(seconds);
        }

        PingPong run() throws Exception {
            cpu = -cpu(worker);
            try (var listening = worker.onMessage(this::back)) {
                begun = System.nanoTime();
                sent = begun;
                worker.send(message);
                if (!over.await(nanos * 2 + PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                    throw new TimeoutException("after " + count + " round trips");
                }
            }
            cpu += cpu(worker);
            return this;
        }

        private void back(Message answer) {
            answer.as(Note.class);
            long now = System.nanoTime();
            times[count++] = now - sent;
            took = now - begun;
            if (took < nanos) {
                sent = now;
                worker.send(message);
            } else {
                over.countDown();
            }
        }

        void print() throws Exception {
            run();
            Arrays.sort(times, 0, count);
            String name = "pingpong_musher_" + (((Note) message).data().length() > 1000 ? "65536" : "100");
            figure(name, "per_s", count * 1e9 / took);
            figure(name, "p50_us", times[count / 2] / 1e3);
            figure(name, "p99_us", times[(int) (count * 0.99)] / 1e3);
            figure(name, "cpu_us", cpu / 1e3 / count);
        }
    }

    /** As many as can be, one way. */
    private static final class OneWay {
        private final Worker worker;
        private final Flood flood;
        private long count;
        private long first;
        private volatile long last;

        OneWay(Worker worker, Flood flood, long seconds) {
            this.worker = worker;
            this.flood = new Flood(flood.binary, flood.size, seconds * 1000);
        }

        private long ids;

        void run() throws Exception {
            try (var listening = worker.onMessage(this::hear)) {
                long sent = worker.request(flood, PATIENCE).get().as(Sent.class).count();
                while (count < sent) {
                    Thread.onSpinWait();
                }
                if (count != sent || !flood.binary && ids != sent * (sent - 1) / 2) {
                    throw new IllegalStateException("lost messages: " + count + " of " + sent);
                }
            }
        }

        private void hear(Message message) {
            if (count == 0) {
                first = System.nanoTime();
            }
            if (flood.binary) {
                ids += message.bytes().length == flood.size ? 0 : 1;
            } else {
                ids += message.as(Note.class).id();
            }
            count++;
            last = System.nanoTime();
        }

        void print() throws Exception {
            long cpu = -cpu(worker);
            run();
            cpu += cpu(worker);
            String name = "oneway_" + (flood.binary ? "musher-binary_" : "musher_")
                    + (flood.size > 1000 ? "65536" : "100");
            figure(name, "per_s", count * 1e9 / (last - first));
            figure(name, "cpu_us", cpu / 1e3 / count);
        }
    }
}
