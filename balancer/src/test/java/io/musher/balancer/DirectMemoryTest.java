package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DirectMemoryTest {

    @Test
    void shouldBeTheMaximumHeapUnlessAFlagSaysOtherwise() {
        assertEquals(100, DirectMemory.max("java -Xmx24m -jar x.jar", 100));
        assertEquals(100, DirectMemory.max("java -XX:MaxDirectMemorySize=0 Main", 100));
        assertEquals(512, DirectMemory.max("java -XX:MaxDirectMemorySize=512 Main", 100));
        assertEquals(3 << 10, DirectMemory.max("-XX:MaxDirectMemorySize=3k", 100));
        assertEquals(3 << 20, DirectMemory.max("-XX:MaxDirectMemorySize=3M -Xmx1g", 100));
        assertEquals(3L << 30, DirectMemory.max("-XX:MaxDirectMemorySize=1m -XX:MaxDirectMemorySize=3g", 100));
    }

    @Test
    void shouldOverlookWhatIsNoSuchFlag() {
        assertEquals(100, DirectMemory.max("-XX:MaxDirectMemorySize=12x34", 100));
        assertEquals(100, DirectMemory.max("-XX:MaxDirectMemorySize=99999999999999999999", 100));
        assertEquals(Long.MAX_VALUE, DirectMemory.max("-XX:MaxDirectMemorySize=999999999999999t", 100));
    }

    @Test
    void shouldKnowThisJvm() {
        assertTrue(DirectMemory.max() > 0);
    }
}
