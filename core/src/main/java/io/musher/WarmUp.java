package io.musher;

import io.musher.balancer.loop.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Requests that the primary sends to a fresh worker before it gives it traffic, so that the worker has loaded and
 * compiled what clients will need. Default of a cluster: none; see {@link ClusterBuilder#warmUp}.
 *
 * <p>When a worker could be ready, the primary sends {@code GET} requests for the paths in turn, one at a time, over
 * connections of their own, for the given time; then the worker becomes ready. The start timeout goes on meanwhile. The
 * requests have the header {@code User-Agent: musher}. Programs that can warm up by themselves do that before they
 * listen, or with {@link Readiness#EXPLICIT} before they call {@link WorkerContext#ready}, and need no warm-up.
 *
 * @param paths the paths and queries, such as {@code /products?page=1}
 * @param time how long requests are sent
 * @param required whether the worker becomes ready only when all paths have been answered in turn with a status of 200
 *     to 399; otherwise failed requests are only logged
 */
public record WarmUp(List<String> paths, Duration time, boolean required) {

    /**
     * Checks the components.
     *
     * @param paths as the component
     * @param time as the component
     * @param required as the component
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException if there is no path, a path does not begin with {@code /} or contains a
     *     character that is not printable ASCII, or the time is not within 1 ms to a day
     */
    public WarmUp {
        paths = List.copyOf(Objects.requireNonNull(paths, "warmUp paths"));
        Objects.requireNonNull(time, "warmUp time");
        if (paths.isEmpty()) {
            throw new IllegalArgumentException("warmUp has no path; name what clients ask for, such as /");
        }
        for (String path : paths) {
            if (!path.matches("/[\\x21-\\x7e]*")) {
                throw new IllegalArgumentException(
                        "warmUp path '" + path + "' does not begin with / or is not plain ASCII");
            }
        }
        if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("warmUp time " + Durations.text(time) + " is not within 1 ms to a day");
        }
    }

    /**
     * Returns a warm-up of one second, whose failed requests are only logged.
     *
     * @param path the path and query to request
     * @param more further ones; they take turns
     * @return the warm-up
     * @throws IllegalArgumentException if a path does not begin with {@code /} or contains a character that is not
     *     printable ASCII
     */
    public static WarmUp requests(String path, String... more) {
        List<String> paths = new ArrayList<>();
        paths.add(path);
        paths.addAll(List.of(more));
        return new WarmUp(paths, Duration.ofSeconds(1), false);
    }

    /**
     * Returns a copy with another time.
     *
     * @param newTime how long requests are sent, 1 ms to a day
     * @return the copy
     * @throws IllegalArgumentException if the time is not within that range
     */
    public WarmUp withTime(Duration newTime) {
        return new WarmUp(paths, newTime, required);
    }

    /**
     * {@return a copy whose requests must succeed} They are repeated until all paths have been answered in turn with a
     * status of 200 to 399; at the {@link ClusterBuilder#startTimeout} the start fails, with the failed request as the
     * reason.
     */
    public WarmUp asRequired() {
        return new WarmUp(paths, time, true);
    }
}
