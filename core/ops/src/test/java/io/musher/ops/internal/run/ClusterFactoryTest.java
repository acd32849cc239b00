package io.musher.ops.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.RestartPolicy;
import io.musher.ops.internal.file.MusherFile;
import io.musher.ops.internal.file.ProcessSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the keys of a file become. */
class ClusterFactoryTest {

    @TempDir
    Path folder;

    private ProcessSpec only(String text) throws Exception {
        return MusherFile.read(Files.writeString(folder.resolve("musher.json"), text), Optional.empty()).processes()
                .get(0);
    }

    private ProcessSpec app(String members) throws Exception {
        return only("{apps: [{script: 'a.js', " + members + "}]}");
    }

    @Test
    void shouldGiveOnlyWorkersOfPm2sAppsItsVariable() throws Exception {
        assertEquals(Map.of("A", "5%%", "NODE_APP_INSTANCE", ""),
                ClusterFactory.environment(only("{processes: [{id: 'web', cmd: 'x', env: {A: '5%'}}]}")));
        assertEquals(Map.of("NODE_APP_INSTANCE", "%i"), ClusterFactory.environment(app("name: 'web'")));
        assertEquals(Map.of("NODE_APP_INSTANCE", "", "NUMBER", "%i"),
                ClusterFactory.environment(app("instance_var: 'NUMBER'")));
        assertEquals(Map.of("NODE_APP_INSTANCE", "7"), ClusterFactory.environment(app("env: {NODE_APP_INSTANCE: 7}")));
    }

    @Test
    void shouldCountAWorkerAsStartedWellAfterItsMinUptime() throws Exception {
        RestartPolicy limited = ClusterFactory.restart(app("min_uptime: '5s', max_restarts: 3"));
        assertEquals(Duration.ofSeconds(5), limited.stableAfter());
        assertEquals(4, limited.giveUpAfter());

        assertEquals(RestartPolicy.always().withStableAfter(Duration.ofMillis(200)),
                ClusterFactory.restart(app("min_uptime: 200")));
        assertEquals(Duration.ofSeconds(60), ClusterFactory.restart(app("max_restarts: 3")).stableAfter());
    }
}
