package io.musher.internal.process;

import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A worker that does one thing. */
public final class JvmWorker {

    private JvmWorker() {}

    /** @param args what to do, and whether to exit then */
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "hook" -> Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                for (int i = 0; i < 10; i++) { // a line at a time, as a server that stops
                    System.out.println("hook " + i);
                    LockSupport.parkNanos(5_000_000);
                }
            }));
            case "child" -> new ProcessBuilder("sh", "-c", "sleep 1000 & sleep 1000 & wait").inheritIO().start();
            case "listen" -> new ServerSocket(Integer.parseInt(System.getenv("PORT")));
            case "mark" -> {
                System.out.println(System.getenv("MUSHER_KIND") + " " + System.getenv("MUSHER_WORKER_ID") + " "
                        + System.getProperty("musher.worker") + " " + System.getenv("MUSHER_TREE"));
                return;
            }
            default -> {}
        }
        if (List.of(args).contains("exit")) {
            System.exit(42);
        }
        System.out.println("up");
        while (true) {
            if (args[0].equals("loop")) {
                continue;
            }
            Thread.sleep(100_000);
        }
    }
}
