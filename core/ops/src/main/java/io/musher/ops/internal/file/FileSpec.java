package io.musher.ops.internal.file;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole file, checked.
 *
 * @param file where it was read
 * @param name the name of the primary
 * @param processes the entries in the order of the file
 * @param control how clients reach the primary
 * @param watcher which changes count for {@code watch}
 * @param logger the root's logger, which processes have unless their entry says otherwise
 * @param ignored a line for each key without effect
 */
public record FileSpec(Path file, String name, List<ProcessSpec> processes, ControlSpec control, WatcherSpec watcher,
        LoggerSpec logger, List<String> ignored) {

    /** {@return this with another name} */
    public FileSpec named(String other) {
        return new FileSpec(file, other, processes, control, watcher, logger, ignored);
    }

    /**
     * {@return what of this runs once and ends: services that start by themselves, without restarts, watching or limits
     * of age and memory}
     *
     * @throws FileProblems if there is none
     */
    public FileSpec once() throws FileProblems {
        List<ProcessSpec> services = processes.stream()
                .filter(process -> !process.isJob() && process.autostart() && process.instances() > 0)
                .map(ProcessSpec::once).toList();
        if (services.isEmpty()) {
            throw new FileProblems(file.getFileName() + ": --once has nothing to run: all processes have \"cron\", no"
                    + " instances, or \"autostart\": false");
        }
        return new FileSpec(file, name, services, control, watcher, logger, ignored);
    }

    /** {@return the keys of the root that a primary of another file cannot take over while it runs} */
    public List<String> needRestart(FileSpec running) {
        List<String> keys = new ArrayList<>();
        if (!name.equals(running.name)) {
            keys.add("name");
        }
        if (!control.equals(running.control)) {
            keys.add("control");
        }
        if (!watcher.interval().equals(running.watcher.interval())) {
            keys.add("watcher.interval");
        }
        return keys;
    }

    /** {@return whether a process needs the listening socket that the primary is started with} */
    public boolean inheritsListener() {
        return processes.stream().anyMatch(process -> process.port().inherited());
    }

    /** {@return the path of the file; empty if the arguments were all there was} */
    public String config() {
        return Files.isRegularFile(file) ? file.toString() : "";
    }

    /**
     * {@return what to do so that a primary that has ended runs again, to follow a semicolon}
     *
     * @param config its config file; empty without one
     */
    public static String howToStartAgain(String config) {
        return config.isEmpty() ? "start it again by the command that it was started with"
                : "musher start starts it again";
    }
}
