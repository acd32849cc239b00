package io.musher.internal.process.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Launch;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JvmFlagsTest {

    @ParameterizedTest
    @ValueSource(strings = {"-agentlib:jdwp=transport=dt_socket,server=y,address=5005", "-Xrunjdwp:transport=dt_socket",
            "-Xdebug",
            "-agentpath:/opt/lib/libjdwp.so=x", "-javaagent:/idea/lib/rt/debugger-agent.jar=file",
            "-javaagent:/idea/lib/idea_rt.jar=4242:/idea/bin",
            "-Dcom.sun.management.jmxremote.port=9010", "-Dcom.sun.management.jmxremote", "-XX:+ManagementServer",
            "-Xshare:dump",
            "-XX:ArchiveClassesAtExit=x.jsa", "-XX:AOTCacheOutput=x.aot", "-XX:AOTMode=record",
            "-Djdk.module.main=shop", "-Dmusher.worker=4"})
    void shouldLeaveOutWhatOnlyOneCanHave(String flag) {
        assertEquals(List.of(), JvmFlags.inherited(List.of(flag), List.of(), 3));
    }

    @Test
    void shouldLeaveOutTheArchiveThatThisJvmWritesAtItsExit() {
        assertEquals(List.of("-Xmx1g"), JvmFlags.inherited(List.of("-XX:SharedArchiveFile=x.jsa", "-Xmx1g",
                "-XX:+AutoCreateSharedArchive"), List.of(), 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Dx=-Xdebug", "-Xmx1g", "-ea", "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "-javaagent:otel.jar=a=b",
            "-Xlog:gc", "-Xlog:gc*", "-Xlog:disable", "-Xlog:gc:stdout", "-Xlog:all=warning:stderr:time,level",
            "-Xlog:gc:#2", "-Xlog:gc::time",
            "-Xlog:gc:file=gc-%p.log", "-XX:ErrorFile=/var/hs_%p.log", "-XX:HeapDumpPath=/tmp/",
            "-XX:StartFlightRecording=duration=3s",
            "-XX:AOTCache=x.aot", "-XX:SharedArchiveFile=x.jsa", "-Xlog:async", "-agentlib:hprof"})
    void shouldKeepTheRest(String flag) {
        assertEquals(List.of(flag), JvmFlags.inherited(List.of(flag), List.of(), 3));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', quoteCharacter = '~', value = {
            "-Xlog:gc:gc.log -Xlog:gc:gc-3.log",
            "-Xlog:gc*,safepoint:file=/var/log/gc.log:time,uptime:filecount=5"
                    + " -Xlog:gc*,safepoint:file=/var/log/gc-3.log:time,uptime:filecount=5",
            "-Xlog:gc:file=\"C:\\logs\\gc.log\":time -Xlog:gc:file=\"C:\\logs\\gc-3.log\":time",
            "-Xlog::all -Xlog::all-3",
            "-Xloggc:/var/v1.2/gc -Xloggc:/var/v1.2/gc-3",
            "-XX:HeapDumpPath=/no/such/dump.hprof -XX:HeapDumpPath=/no/such/dump-3.hprof",
            "-XX:ErrorFile=.err -XX:ErrorFile=.err-3",
            "-XX:StartFlightRecording:filename=a.jfr -XX:StartFlightRecording:filename=a-3.jfr",
            "-XX:StartFlightRecording=dumponexit=true,filename=rec/a.jfr,disk=true"
                    + " -XX:StartFlightRecording=dumponexit=true,filename=rec/a-3.jfr,disk=true"})
    void shouldMakeFilesPerWorker(String flag, String expected) {
        assertEquals(List.of(expected), JvmFlags.inherited(List.of(flag), List.of(), 3));
    }

    @Test
    void shouldRemoveWhatBeginsAsTheUserSays() {
        List<String> flags = List.of("-javaagent:/a/jmx.jar=9404:c.yml", "-javaagent:/b/apm.jar", "-Dsecret.a=1",
                "-Dother=-javaagent:x");
        assertEquals(List.of("-javaagent:/b/apm.jar", "-Dother=-javaagent:x"),
                JvmFlags.inherited(flags, List.of("-javaagent:/a/", "-Dsecret."), 3));
    }

    @Test
    void shouldLeaveFoldersAlone(@TempDir Path folder) {
        String flag = "-XX:HeapDumpPath=" + folder;
        assertEquals(List.of(flag), JvmFlags.inherited(List.of(flag), List.of(), 3));
    }

    @Test
    void shouldReadOptionsAsTheJvmDoes() {
        assertEquals(List.of("-Da=b c", "-Dd=e\"f", "", "-x"),
                JvmOptionsVariable.words(" -Da='b c'\t-D\"d=e\"'\"f' '' -x "));
    }

    @Test
    void shouldPutARecentOptionsTextTogetherAgain() {
        SpawnRequest worker = new SpawnRequest(LaunchPlan.of(Launch.command("x").removeJvmArgs("-javaagent:")), 0, 3,
                "n", Optional.empty(),
                new InetSocketAddress(1), "t", 1 << 20, Map.of(), JvmShare.none());
        Map<String, String> environment = new HashMap<>(
                Map.of("JAVA_TOOL_OPTIONS", " -Da='b c'  -ea", "_JAVA_OPTIONS", "-Xdebug -javaagent:/a.jar",
                        "JDK_JAVA_OPTIONS", "-Xdebug -Da='b c' -Dq='\"' '' --add-opens a/b=c -XX:ErrorFile=e.log"));
        ChildEnvironment.apply(environment, worker, null);
        assertEquals(" -Da='b c'  -ea", environment.get("JAVA_TOOL_OPTIONS"), "untouched");
        assertEquals(List.of("-Da=b c", "-Dq=\"", "", "--add-opens=a/b=c", "-XX:ErrorFile=e-3.log"),
                JvmOptionsVariable.words(environment.get("JDK_JAVA_OPTIONS")));
        assertFalse(environment.containsKey("_JAVA_OPTIONS"));
    }

    @Test
    void shouldKnowWhatSetsTheSameThing() {
        List<String> later = List.of("-Da=2", "-XX:-UseSerialGC", "-XX:MaxMetaspaceSize=3m", "-Xss2m",
                "-javaagent:x.jar");
        for (String flag : List.of("-Da=1", "-Da", "-XX:+UseSerialGC", "-XX:MaxMetaspaceSize=1m", "-Xss1m")) {
            assertTrue(JvmFlags.overridden(flag, later), flag);
        }
        for (String flag : List.of("-Dab=1", "-javaagent:x.jar", "-XX:+UseG1GC", "-Xmn1m", "--add-opens=a")) {
            assertFalse(JvmFlags.overridden(flag, later), flag);
        }
    }
}
