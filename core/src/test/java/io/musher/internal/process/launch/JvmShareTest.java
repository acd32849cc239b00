package io.musher.internal.process.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JvmShareTest {

    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"16384, 4, 8, true, 3072, 2", "16384, 4, 8, false, 3072, 2", "1024, 4, 2, true, 128, 1",
            "512, 4, 1, true, 64, 1",
            "2048, 1, 4, true, 512, 3", "2048, 2, 4, false, 512, 2", "256, 100, 2, false, 16, 1",
            "800, 2, 3, true, 200, 1",
            "160, 1, 1, false, 80, 1", "400, 1, 1, false, 124, 1", "1048576, 1, 9, false, 31744, 9"})
    void shouldShareMemoryAndProcessors(long memory, int workers, int processors, boolean relays, long heap, int each) {
        JvmShare share = JvmShare.of(workers, relays, memory * MIB, processors, List.of());
        assertEquals(heap * MIB, share.heap());
        assertEquals(each, share.processors());
        String text = share.describe(List.of(), List.of());
        assertTrue(text.contains(heap + " MiB"), text);
    }

    @Test
    void shouldTakeThePrimarysPercentageForAll() {
        JvmShare share = JvmShare.of(4, true, 1000 * MIB, 5,
                List.of("-XX:MaxRAMPercentage=10", "-XX:MaxRAMPercentage=80.0"));
        assertEquals(200 * MIB, share.heap());
    }

    @Test
    void shouldLeaveTheHeapAloneWhenMemoryIsUnknown() {
        assertEquals(List.of("-ea", "-XX:ActiveProcessorCount=1"),
                applied(JvmShare.of(4, true, 0, 4, List.of()), List.of("-ea"), List.of()));
    }

    @Test
    void shouldReplaceWhatDoesNotFit() {
        JvmShare share = share(100 * MIB, 2);
        assertEquals(List.of("-Xmn5m", "-Xmx100m", "-XX:ActiveProcessorCount=2", "-Dlast=1"),
                applied(share,
                        List.of("-Xmx1g", "-Xms512m", "-XX:SoftMaxHeapSize=101m", "-XX:MaxRAMPercentage=75",
                                "-XX:InitialRAMPercentage=50",
                                "-Xmn5m", "-XX:ActiveProcessorCount=16"),
                        List.of("-Dlast=1")));
    }

    @Test
    void shouldKeepASmallHeapOfThePrimary() {
        assertEquals(List.of("-Xms32m", "-Xmx64m"),
                applied(share(100 * MIB, 0), List.of("-Xmx65536k", "-Xms32m"), List.of()));
    }

    @Test
    void shouldNotTouchWhatTheUserWants() {
        JvmShare share = share(100 * MIB, 2);
        List<String> wanted = List.of("-Xmx2g", "-XX:ActiveProcessorCount=7");
        assertEquals(wanted, applied(share, List.of("-Xmx1g", "-Xms1g"), wanted));
        assertEquals(List.of("-XX:ActiveProcessorCount=2", "-XX:MaxRAMPercentage=30"),
                applied(share, List.of("-Xmx50m"), List.of("-XX:MaxRAMPercentage=30")));
        assertEquals(List.of("-Xmx200m", "-XX:ActiveProcessorCount=2", "-Xms200m"),
                applied(share, List.of("-Xmx50m"), List.of("-Xms200m")));
    }

    @Test
    void shouldTakeMoreThanAJvmAloneOnlyWhereThatIsAskedFor() {
        JvmShare share = JvmShare.of(1, false, 2048 * MIB, 4, List.of());
        assertEquals(List.of("-Xmx512m", "-XX:ActiveProcessorCount=4"), applied(share, List.of(), List.of()));
        assertEquals(List.of("-Xmx1024m", "-XX:ActiveProcessorCount=4"), applied(share, List.of("-Xmx1g"), List.of()));
        assertEquals(List.of("-Xmx1536m", "-XX:ActiveProcessorCount=4"), applied(share, List.of("-Xmx4g"), List.of()));
        assertEquals(List.of("-Xmx1638m", "-XX:ActiveProcessorCount=4"),
                applied(JvmShare.of(1, false, 2048 * MIB, 4, List.of("-XX:MaxRAMPercentage=80")),
                        List.of("-XX:MaxRAMPercentage=80"), List.of()));
    }

    @Test
    void shouldTellWhatIsInForce() {
        JvmShare share = JvmShare.of(2, true, 2048 * MIB, 4, List.of());
        assertEquals(
                "each of 2 workers on 4 processors, of which the primary has one: "
                        + "heap 512 MiB (a JVM alone takes no more of 2048 MiB), 2 processors",
                share.describe(List.of(), List.of()));
        assertTrue(share.describe(List.of("-Xmx64m"), List.of()).contains("heap 64 MiB (as this process's own)"),
                share.describe(List.of("-Xmx64m"), List.of()));
        String given = share.describe(List.of("-Xmx64m"), List.of("-Xmx3g", "-XX:ActiveProcessorCount=7"));
        assertTrue(given.contains("-Xmx3g") && given.contains("-XX:ActiveProcessorCount=7") && !given.contains("MiB"),
                given);
    }

    private static JvmShare share(long heap, int processors) {
        return new JvmShare(heap, heap, processors, "", "");
    }

    private static List<String> applied(JvmShare share, List<String> inherited, List<String> wanted) {
        List<String> all = new ArrayList<>(share.kept(inherited, inherited, wanted));
        all.addAll(share.added(inherited, wanted));
        all.addAll(wanted);
        return all;
    }
}
