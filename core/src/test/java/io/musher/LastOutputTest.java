package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** How the last output of a failed worker looks in a log line. */
class LastOutputTest {

    @Test
    void shouldShowAShortOutputAsItIs() {
        assertEquals(". Its last output:\n  | no\n  | \tat A.b", LastOutput.suffix("no\n\tat A.b\n"));
    }

    @Test
    void shouldShowTheCausesOfADeepStackTrace() {
        String frames = "\tat org.framework.Deep.call(Deep.java:1)\n".repeat(40);
        String suffix = LastOutput.suffix("started\nException in thread \"main\" Outer\n" + frames
                + "Caused by: Inner: no database\n\tat shop.Shop.open(Shop.java:7)\n" + frames + "\t... 13 more\n");
        assertTrue(suffix.startsWith(". The end of its last output:\n  | started\n"), suffix);
        assertTrue(suffix.contains("\n  | Caused by: Inner: no database\n  | \tat shop.Shop.open(Shop.java:7)\n"),
                suffix);
        assertTrue(suffix.endsWith("\n  | \t…\n  | \t... 13 more"), suffix);
    }

    @Test
    void shouldShowTheLastLinesOfALongOutput() {
        String suffix = LastOutput.suffix("first\n" + "line\n".repeat(30) + "last\n");
        assertFalse(suffix.contains("first"), suffix);
        assertTrue(suffix.endsWith("\n  | last"), suffix);
    }
}
