package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PluralTest {

    @Test
    void shouldWriteTheSingularForOneOnly() {
        assertEquals("0 workers", Plural.of(0, "worker"));
        assertEquals("1 worker", Plural.of(1, "worker"));
        assertEquals("2 workers", Plural.of(2, "worker"));
    }
}
