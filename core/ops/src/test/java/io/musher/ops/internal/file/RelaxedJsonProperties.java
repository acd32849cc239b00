package io.musher.ops.internal.file;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RelaxedJsonProperties {

    @Property(tries = 2_000)
    void shouldRefuseGarbageByItsOwnExceptionOnly(@ForAll String text) {
        refuseOrRead(text);
        refuseOrRead("{\"a\": [" + text);
        refuseOrRead("{'" + text + "': 1}");
    }

    private static void refuseOrRead(String text) {
        try {
            RelaxedJson.parse(text);
        } catch (SyntaxException expected) {
            assertTrue(expected.at().line() >= 1 && expected.at().column() >= 1, expected.at().toString());
        }
    }
}
