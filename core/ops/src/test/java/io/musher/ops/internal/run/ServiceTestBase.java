package io.musher.ops.internal.run;

import io.musher.ops.internal.control.EventLog;
import io.musher.ops.internal.control.LogMemory;
import io.musher.ops.internal.file.MusherFile;
import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.file.WatcherSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests of a service with real processes; a service that a test has started is stopped after it. */
abstract class ServiceTestBase {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    final CronTimer timer = new CronTimer(Clock.systemDefaultZone());
    final Context context = new Context(new EventLog(), new LogMemory(), timer, spec -> line -> {},
            new WatcherSpec(Duration.ofMillis(350), List.of(), List.of(), List.of()), path -> true, List.of(),
            () -> {});
    Service service;

    @AfterEach
    final void stop() {
        service.stop().join();
        timer.close();
    }

    /** Reads the entry of a service whose workers run until there is a file called end. */
    final ProcessSpec spec(String more) throws Exception {
        return entry("cmd: 'while ! [ -e " + folder.resolve("end") + " ]; do sleep 0.05; done', " + more);
    }

    final ProcessSpec entry(String entry) throws Exception {
        Path file = Files.writeString(folder.resolve("musher.json"), "{processes: [{id: 'web', " + entry + "}]}");
        return MusherFile.read(file, Optional.empty()).processes().get(0);
    }

    final void start(ProcessSpec spec) throws Exception {
        service = new Service(spec, context);
        service.start().get();
    }

    final void endWorkers() throws Exception {
        Files.createFile(folder.resolve("end"));
    }
}
