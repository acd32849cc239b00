package io.musher.internal.process;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.classdata.ClassDataCache;
import io.musher.internal.process.launch.ArgumentFile;
import io.musher.internal.process.launch.ChildEnvironment;
import io.musher.internal.process.launch.CommandLine;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.launch.SpawnRequest;
import io.musher.internal.process.os.InheritedSignals;
import io.musher.internal.process.os.Platform;
import io.musher.internal.process.os.PortLease;
import io.musher.internal.process.os.ProcessTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Supplier;

/** A worker process that can be started, once: its environment, command line, directory and hidden arguments. */
final class PreparedProcess {

    private final SpawnRequest request;
    private final ProcessBuilder builder;
    /** Marks the environment of the process and its descendants; null if the worker ends with the primary by itself. */
    private final @Nullable String treeMark;
    private final Optional<ArgumentFile> file;
    /** Completes the arguments that go through a pipe, while the process starts; null if none do. */
    private final @Nullable Supplier<CommandLine> piped;

    private PreparedProcess(SpawnRequest request, ProcessBuilder builder, @Nullable String treeMark,
            Optional<ArgumentFile> file, @Nullable Supplier<CommandLine> piped) {
        this.request = request;
        this.builder = builder;
        this.treeMark = treeMark;
        this.file = file;
        this.piped = piped;
    }

    /**
     * Prepares a process.
     *
     * @param clusterMark a word that no other cluster has
     * @throws IOException if its directory does not exist, or its arguments cannot be passed
     */
    static PreparedProcess of(SpawnRequest request, String clusterMark, ClassDataCache classData) throws IOException {
        String treeMark = request.plan().saysHello() ? null : clusterMark + "." + request.workerId();
        ProcessBuilder builder = new ProcessBuilder().redirectInput(Platform.NULL);
        ChildEnvironment.apply(builder.environment(), request, treeMark);
        CommandLine line = request.plan().words(request, builder.environment());
        if (request.plan().options().directory().isPresent()) {
            Path directory = request.plan().options().directory().get();
            if (!Files.isDirectory(directory)) {
                throw new IOException("directory " + directory + " does not exist");
            }
            builder.directory(directory.toFile());
        }
        boolean isJvm = request.plan().kind() == LaunchPlan.Kind.JVM;
        if (isJvm && !line.hidden().isEmpty() && ArgumentFile.canBePiped()) {
            builder.command(line.with(ArgumentFile.PIPE));
            builder.redirectInput(ProcessBuilder.Redirect.PIPE);
            return new PreparedProcess(request, builder, treeMark, Optional.empty(),
                    () -> classData.extend(line, builder.environment(), request.workerId()));
        }
        CommandLine complete = isJvm ? classData.extend(line, builder.environment(), request.workerId()) : line;
        if (complete.hidden().isEmpty()) {
            builder.command(new ArrayList<>(complete.all()));
            return new PreparedProcess(request, builder, treeMark, Optional.empty(), null);
        }
        ArgumentFile file = ArgumentFile.file(complete.hidden());
        builder.command(complete.with(file.reference()));
        return new PreparedProcess(request, builder, treeMark, Optional.of(file), null);
    }

    /** {@return whether the process and its descendants have to be terminated when the primary has died} */
    boolean needsReaper() {
        return treeMark != null;
    }

    /** Starts the process, which takes its port over. */
    Process start() throws IOException {
        builder.command().addAll(0, InheritedSignals.reset(builder.command().get(0)));
        Platform.SETSID.ifPresent(setsid -> builder.command().add(0, setsid));
        if (request.port().isPresent()) {
            passPort(request.port().get());
        }
        return builder.start();
    }

    private void passPort(PortLease port) throws IOException {
        if (request.plan().kind() == LaunchPlan.Kind.JVM && PortLease.canBeShared()) {
            port.hold();
        } else {
            port.release();
        }
    }

    /** {@return the process that was started with all its descendants} */
    ProcessTree tree(Process process) {
        return new ProcessTree(process.toHandle(), Platform.SETSID.isPresent(),
                treeMark == null ? null : ChildEnvironment.TREE + "=" + treeMark);
    }

    /** Deletes what was written for a process that was not started. */
    void discard() {
        file.ifPresent(ArgumentFile::delete);
    }

    /**
     * {@return the hidden arguments of the started process, to be fed to it, and deleted when it has ended} To be
     * called once: looks for the class data of a JVM only now, while {@code java} is being loaded.
     */
    Optional<ArgumentFile> arguments() {
        return piped == null ? file : Optional.of(ArgumentFile.piped(piped.get().hidden()));
    }
}
