package io.musher.internal.health;

import io.musher.WarmUp;
import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.loop.EventLoop;
import io.musher.internal.process.os.Loopback;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.ProcessEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the warm-up requests to one worker that boots, on a thread of its own, because the control thread must not
 * block; ends early when the worker no longer boots. Reports to the supervisor on the control thread.
 */
public final class WarmUpRequests {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})[ \r].*",
            Pattern.DOTALL);
    /** Longest wait for the connection, for the next bytes of an answer, and for the whole answer. */
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final long PAUSE_AFTER_FAILURE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int HEAD = 512;

    private final String cluster;
    private final EventLoop control;
    private final ProcessEvents events;
    private final Incarnation worker;
    private final WarmUp warmUp;
    private final Optional<ProxyProtocol> proxyProtocol;
    private final byte[] buffer = new byte[16_384];
    private int sent;
    private int failed;
    private String lastFailure = "";

    /**
     * Creates requests, which {@link #start} sends.
     *
     * @param cluster the prefix of the thread's name and of log lines
     * @param proxyProtocol the header that the worker expects on each connection
     */
    public WarmUpRequests(String cluster, EventLoop control, ProcessEvents events, Incarnation worker, WarmUp warmUp,
            Optional<ProxyProtocol> proxyProtocol) {
        this.cluster = cluster;
        this.control = control;
        this.events = events;
        this.worker = worker;
        this.warmUp = warmUp;
        this.proxyProtocol = proxyProtocol;
    }

    /** Starts a daemon thread that sends the requests. */
    public void start() {
        Thread thread = new Thread(this::send, cluster + "-warm-up-" + worker.id());
        thread.setDaemon(true);
        thread.start();
    }

    private void send() {
        long begin = System.nanoTime();
        int inOrder = 0; // requests in a row that succeeded
        for (int i = 0; worker.isBooting(); i = (i + 1) % warmUp.paths().size()) {
            boolean isTimeOver = System.nanoTime() - begin >= warmUp.time().toNanos();
            if (isTimeOver && (!warmUp.required() || inOrder >= warmUp.paths().size())) {
                finish(System.nanoTime() - begin);
                return;
            }
            inOrder = request(warmUp.paths().get(i)) ? inOrder + 1 : 0;
        }
    }

    private void finish(long nanos) {
        String failures = failed == 0 ? "" : ", " + failed + " of them failed, the last one: " + lastFailure;
        LOG.info("{}: {} warmed up by {} requests in {} ms{}", cluster, worker.label(), sent, nanos / 1_000_000,
                failures);
        control.tryExecute(() -> events.warmedUp(worker));
    }

    private boolean request(String path) {
        sent++;
        String failure = outcome(path);
        if (failure.isEmpty()) {
            return true;
        }
        failed++;
        String text = "GET " + path + ": " + failure;
        if (!text.equals(lastFailure)) {
            lastFailure = text;
            control.tryExecute(() -> events.warmUpFailed(worker, text));
        }
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE);
        return false;
    }

    /** Sends one request and reads the whole answer; returns why it failed, or an empty text. */
    private String outcome(String path) {
        OptionalInt port = worker.port();
        if (port.isEmpty()) {
            return "it has no port";
        }
        try (Socket socket = new Socket()) {
            socket.connect(Loopback.at(port.getAsInt()), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(HttpRequest.bytes(path, proxyProtocol));
            return evaluate(socket.getInputStream());
        } catch (IOException e) {
            return e.getMessage() == null ? e.toString() : e.getMessage();
        }
    }

    /** Reads up to the end of the connection: a worker might log an early close as a client's error. */
    private String evaluate(InputStream answer) throws IOException {
        long begin = System.nanoTime();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int n; (n = answer.read(buffer)) >= 0 && worker.isBooting();) {
            if (System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS)) {
                return "its answer did not end within " + TIMEOUT_MILLIS + " ms";
            }
            head.write(buffer, 0, Math.min(n, HEAD - Math.min(HEAD, head.size())));
        }
        Matcher matcher = STATUS_LINE.matcher(head.toString(StandardCharsets.ISO_8859_1));
        if (!matcher.matches()) {
            return head.size() == 0 ? "it closed the connection without an answer" : "its answer is not HTTP";
        }
        int status = Integer.parseInt(matcher.group(1));
        return status < 400 ? "" : "status " + status;
    }
}
