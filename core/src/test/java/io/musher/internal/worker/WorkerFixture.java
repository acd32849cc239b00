package io.musher.internal.worker;

import io.musher.internal.ipc.ChannelFixture;
import io.musher.internal.ipc.RecordingChannelListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A primary without a supervisor: a channel server in this JVM, and workers that are real processes. */
final class WorkerFixture implements AfterEachCallback {

    final ChannelFixture channels = new ChannelFixture();

    /** A JVM worker that runs a class of {@link WorkerMains} or another. */
    TestWorkerProcess start(Class<?> main, String... arguments) throws Exception {
        return start(main, builder -> {}, arguments);
    }

    TestWorkerProcess start(Class<?> main, Consumer<ProcessBuilder> more, String... arguments) throws Exception {
        RecordingChannelListener listener = channels.expect("test-3");
        WorkerEnvironment environment = environment(listener, true);
        List<String> command = java(List.of("-D" + WorkerEnvironment.PROPERTY + "=" + environment.id()), main,
                arguments);
        return start(command, environment, listener, more);
    }

    /** A worker that is a command, or its grandchild. */
    TestWorkerProcess command(String... command) throws Exception {
        RecordingChannelListener listener = channels.expect("test-3");
        return start(List.of(command), environment(listener, false), listener, builder -> {});
    }

    private TestWorkerProcess start(List<String> command, WorkerEnvironment environment,
            RecordingChannelListener listener,
            Consumer<ProcessBuilder> more)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment.conventionalVariables());
        builder.environment().putAll(environment.variables());
        more.accept(builder);
        TestWorkerProcess worker = channels.add(new TestWorkerProcess(builder, listener));
        // as the wiring will do it: the end of the process is the end of the channel
        worker.process.onExit().thenRun(() -> channels.loop.execute(() -> listener.channel.finish()));
        return worker;
    }

    WorkerEnvironment environment(RecordingChannelListener listener, boolean jvm) {
        return new WorkerEnvironment(7, 2, "test-3", OptionalInt.of(4003), "127.0.0.1", channels.server.address(),
                listener.channel.token(), jvm, 1 << 20);
    }

    static List<String> java(List<String> flags, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
        command.addAll(flags);
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        channels.close();
    }
}
