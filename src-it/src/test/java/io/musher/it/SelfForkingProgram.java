package io.musher.it;

import com.sun.net.httpserver.HttpServer;
import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.WorkerContext;
import java.nio.charset.StandardCharsets;

/**
 * A primary and its workers, as a user writes them: one main, two roles. The primary prints its port and every event.
 */
final class SelfForkingProgram {

    private SelfForkingProgram() {}

    public static void main(String[] args) throws Exception {
        if (Cluster.isWorker()) {
            WorkerContext me = WorkerContext.current();
            HttpServer server = HttpServer.create(me.address(), 0);
            byte[] body = String.valueOf(me.id()).getBytes(StandardCharsets.UTF_8);
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.createContext("/exit", exchange -> Runtime.getRuntime().halt(42));
            server.start();
            me.onStop(() -> server.stop(0));
            return;
        }
        Cluster cluster = Cluster.builder().name("shop").instances(Integer.parseInt(args[0])).commonPort(0)
                .on(ClusterEvent.class, SelfForkingProgram::print).start();
        cluster.workers()
                .forEach(worker -> System.out.println("worker " + worker.id() + " pid " + worker.pid().orElseThrow()));
        System.out.println("serves on " + cluster.commonPort());
    }

    static void print(ClusterEvent event) {
        if (event instanceof ClusterEvent.Exited exited) {
            System.out
                    .println("Exited " + exited.worker().id() + " code " + exited.exit().code().orElse(-1) + " signal "
                            + exited.exit().signal().orElse("none") + " voluntary " + exited.exit().voluntary());
        } else if (event instanceof ClusterEvent.Ready ready) {
            System.out.println("Ready " + ready.worker().id() + " instance " + ready.worker().instance());
        } else if (event instanceof ClusterEvent.Disconnected gone) {
            System.out.println("Disconnected " + gone.worker().id());
        } else if (event instanceof ClusterEvent.Stopped) {
            System.out.println("Stopped");
        }
    }
}
