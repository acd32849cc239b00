package io.musher.ops.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ops.internal.file.MusherFile;
import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.file.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecChangeTest {

    @TempDir
    Path folder;

    private ProcessSpec spec(String more) throws Exception {
        Path file = Files.writeString(folder.resolve("musher.json"),
                "{processes: [{id: 'web', jar: 'a.jar'" + (more.isEmpty() ? "" : ", " + more) + "}]}");
        return MusherFile.read(file, Optional.empty()).processes().get(0);
    }

    private SpecChange change(String more) throws Exception {
        return SpecChange.between(spec(""), spec(more));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cron: '* * * * *'              | cron
            cluster: {commonPort: 3000}    | cluster.commonPort
            cluster: {commonPort: 'inherit'} | cluster.commonPort
            cluster: {commonPort: 1, host: '127.0.0.1'}   | cluster.host
            cluster: {startPort: 4000}     | cluster.startPort
            cluster: {commonPort: 1, strategy: 'ip-hash'} | cluster.strategy
            cluster: {commonPort: 1, scheduling: 'kernel'} | cluster.scheduling
            cluster: {commonPort: 1, redirectCommonPort: false} | cluster.redirectCommonPort
            restart: 'never'               | restart, restartDelayMs, restartLimit or min_uptime
            drain: 3                       | terminateGracePeriod, drain or terminateTimeout
            readiness: 'explicit'          | readiness
            maxMemory: '1G'                | maxMemory
            cluster: {commonPort: 1}, reload: {overlap: 1} | reload
            timeout: 60                    | timeout
            """, quoteCharacter = '`')
    void shouldNameTheKeysThatNeedARestart(String more, String key) throws Exception {
        assertTrue(change(more).needRestart().contains(key), () -> more);
    }

    @Test
    void shouldDeployWhatRunsAndScaleTheNumber() throws Exception {
        assertEquals(new SpecChange(false, false, List.of()), change(""));
        assertEquals(new SpecChange(true, false, List.of()), change("env: {A: '1'}"));
        assertEquals(new SpecChange(true, false, List.of()), change("cwd: '/'"));
        assertEquals(new SpecChange(false, true, List.of()), change("cluster: {instances: 3}"));
    }

    @Test
    void shouldLetOldWorkersServeOnUnlessAnEditIsToBeSeenAtOnce() throws Exception {
        assertEquals(Duration.ofSeconds(3), ClusterFactory.reload(spec("")).overlap());
        assertEquals(Duration.ZERO, ClusterFactory.reload(spec("watch: ['src']")).overlap());
        assertEquals(Duration.ofSeconds(1),
                ClusterFactory.reload(spec("watch: ['src'], reload: {overlap: 1}, cluster: {commonPort: 1}"))
                        .overlap());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            maxMemory: '50M'                                          | [-Xmx40m]
            maxMemory: '50M', jvmArgs: ['-Da=b']                      | [-Da=b, -Xmx40m]
            maxMemory: '50M', jvmArgs: ['-Xmx1g']                     | [-Xmx1g]
            maxMemory: '50M', env: {JAVA_TOOL_OPTIONS: '-XX:MaxRAMPercentage=5'} | []
            maxMemory: '900G'                                         | []
            autostart: true                                           | []
            """)
    void shouldKeepTheHeapOfAJarBelowItsMaxMemory(String more, String flags) throws Exception {
        Path file = Files.writeString(folder.resolve("musher.json"), "{processes: [{id: 'web', jar: 'a.jar', " + more
                + "}]}");
        ProcessSpec spec = MusherFile.read(file, Optional.empty()).processes().get(0);

        assertEquals(flags, ClusterFactory.jvmArgs((Program.Jar) spec.program(), spec).toString());
    }

    @Test
    void shouldNeedNoNewWorkersForLogsWatchesAndPidFiles() throws Exception {
        SpecChange change = change("logger: {stdout: 'x.log'}, watch: ['.'], pidFile: 'x.pid'");
        assertFalse(change.deploys() || change.scales(), change::toString);
        assertEquals(List.of(), change.needRestart());
    }
}
