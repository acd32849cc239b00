package io.musher.ops.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ops.internal.file.Node.ListNode;
import io.musher.ops.internal.file.Node.ObjectNode;
import io.musher.ops.internal.file.Node.TextNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelaxedJsonTest {

    @Test
    void shouldReadWhatPeopleWrite() throws Exception {
        ObjectNode root = (ObjectNode) RelaxedJson.parse("""
                \uFEFF// a comment
                {
                  name : 'web', /* another
                  one */ "list": [1, -2.5e3, true, null,],
                  "text": "\\u00e4\\n\\"'",
                }
                """);

        assertEquals(new TextNode(new Position(3, 10), "web"), root.members().get("name").value());
        assertEquals(new Position(4, 10), root.members().get("list").at());
        assertEquals(4, ((ListNode) root.members().get("list").value()).items().size());
        assertEquals("ä\n\"'", ((TextNode) root.members().get("text").value()).text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": 1 "b": 2}      | 1:9 | unexpected " where a comma or } is expected
            {"a": 1, "a": 2}     | 1:10 | "a" stands here twice, first at 1:2
            {"a": yes}           | 1:7 | unexpected yes; a string needs quotes
            {"a": 012}           | 1:7 | "012" is not a number
            {"a": "b             | 1:7 | has no closing "
            {"a": [1, 2          | 1:12 | the file ends inside what begins at 1:7: ] is missing
            {"a"                 | 1:5 | unexpected end of the file where the : after "a" is expected
            {"a": 1} {           | 1:10 | unexpected { after the end
            {"a": "\\x"}         | 1:8 | unknown escape \\x; a backslash is written
            {/* }                | 1:2 | has no closing */
            {,}                  | 1:2 | unexpected , where a name or } is expected
            """)
    void shouldSayWhereAndWhy(String text, String at, String message) {
        SyntaxException failure = assertThrows(SyntaxException.class, () -> RelaxedJson.parse(text));

        assertTrue(failure.getMessage().contains(message), failure.getMessage());
        assertEquals(at, failure.at().toString());
    }

    @Test
    void shouldRefuseNestingThatWouldExhaustTheStack() {
        assertThrows(SyntaxException.class, () -> RelaxedJson.parse("[".repeat(1_000_000)));
    }
}
