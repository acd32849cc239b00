package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaunchTest {

    @Test
    void shouldReplaceArgumentsAndAppendFlagsAndVariables() {
        Launch launch = Launch.self().args("a").args("b", "c").jvmArgs("-ea").jvmArgs(List.of("-Xmx1g")).env("A", "1")
                .env(Map.of("A", "2", "B", "3"))
                .directory(Path.of("/tmp"));
        assertEquals(
                new Launch.Options(Optional.of(List.of("b", "c")), List.of("-ea", "-Xmx1g"), Map.of("A", "2", "B", "3"),
                        Optional.of(Path.of("/tmp")), List.of()),
                launch.options());
    }

    @Test
    void shouldChangeNothingButTheCopy() {
        Launch launch = Launch.main("Shop");
        launch.args("a").env("A", "1").jvmArgs("-ea");
        assertEquals(Launch.main("Shop"), launch);
        List<String> words = new ArrayList<>(List.of("sh"));
        Map<String, String> variables = new HashMap<>(Map.of("A", "1"));
        Launch command = Launch.command(words).env(variables);
        words.add("more");
        variables.put("B", "2");
        assertEquals(Launch.command("sh").env("A", "1"), command);
        assertThrows(UnsupportedOperationException.class, () -> command.options().env().put("C", "3"));
    }

    @Test
    void shouldRefuseJvmFlagsForACommand() {
        assertTrue(assertThrows(IllegalStateException.class, () -> Launch.command("sh").jvmArgs("-ea")).getMessage()
                .contains("-ea"));
    }

    @Test
    void shouldRemoveFlagsThatBeginAsSaid() {
        Launch launch = Launch.self().removeJvmArgs("-javaagent:").removeJvmArgs("-Da", "-Db");
        assertEquals(List.of("-javaagent:", "-Da", "-Db"), launch.options().removedJvmArgs());
        assertEquals(List.of("-Dx"), Launch.command("sh").removeJvmArgs("-Dx").options().removedJvmArgs());
        for (String wrong : List.of("javaagent", "", "-")) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> Launch.self().removeJvmArgs(wrong))
                    .getMessage().contains("'" + wrong + "'"));
        }
    }

    @Test
    void shouldNotPrintValues() {
        Launch launch = Launch.self().args("hidden").jvmArgs("-Dpassword=hidden").env("PASSWORD", "hidden");
        assertFalse(launch.toString().contains("hidden"), launch.toString());
        assertTrue(launch.toString().contains("PASSWORD"), launch.toString());
        assertFalse(Launch.command("curl").env("PASSWORD", "hidden").toString().contains("hidden"));
        String message = assertThrows(IllegalArgumentException.class, () -> Launch.self().args("hidden", "a\0b"))
                .getMessage();
        assertFalse(message.contains("hidden"), message);
    }

    @Test
    void shouldPutALaunchOverTheBuilder() {
        ClusterBuilder builder = Cluster.builder().args("b1", "b2").jvmArgs("-Db=1").removeJvmArgs("-Dr")
                .directory(Path.of("/b"));
        Launch.Options bare = builder.launch(Launch.main("Shop")).build().launch().options();
        assertEquals(new Launch.Options(Optional.of(List.of("b1", "b2")), List.of("-Db=1"), Map.of(),
                Optional.of(Path.of("/b")), List.of("-Dr")), bare);
        Launch own = Launch.main("Shop").args("l").jvmArgs("-Dl=1").removeJvmArgs("-Ds").directory(Path.of("/l"));
        assertEquals(
                new Launch.Options(Optional.of(List.of("l")), List.of("-Db=1", "-Dl=1"), Map.of(),
                        Optional.of(Path.of("/l")), List.of("-Dr", "-Ds")),
                builder.launch(own).build().launch().options());
        assertEquals(Optional.of(List.of()),
                builder.launch(Launch.main("Shop").args()).build().launch().options().args());
        assertEquals(List.of(), builder.build().completed(Launch.command("x")).options().jvmArgs());
    }

    @Test
    void shouldRefuseNull() {
        assertThrows(NullPointerException.class, () -> Launch.main((String) null));
        assertThrows(NullPointerException.class, () -> Launch.main((Class<?>) null));
        assertThrows(NullPointerException.class, () -> Launch.jar(null));
        assertThrows(NullPointerException.class, () -> Launch.command((List<String>) null));
        assertThrows(NullPointerException.class, () -> Launch.self().args((List<String>) null));
        assertThrows(NullPointerException.class, () -> Launch.self().env("A", null));
        assertThrows(NullPointerException.class, () -> Launch.self().directory(null));
        assertThrows(NullPointerException.class, () -> Output.prefixed(null));
        assertThrows(NullPointerException.class, () -> Output.to(null));
        assertThrows(NullPointerException.class, () -> Output.files(null));
    }

    @Test
    void shouldRefuseWhatNoProgramCanBeGiven() {
        assertThrows(IllegalArgumentException.class, Launch::command);
        assertThrows(IllegalArgumentException.class, () -> Launch.command(" "));
        assertThrows(IllegalArgumentException.class, () -> Launch.self().args("a\0b"));
        assertThrows(IllegalArgumentException.class, () -> Launch.self().env("A=B", "c"));
        assertThrows(IllegalArgumentException.class, () -> Launch.self().env("", "c"));
        assertThrows(IllegalArgumentException.class, () -> Launch.main(int.class));
        assertThrows(IllegalArgumentException.class, () -> Launch.main(String[].class));
        assertThrows(IllegalArgumentException.class, () -> Output.files(Path.of("x")).withMaxBytes(1023));
        assertThrows(IllegalArgumentException.class, () -> Output.files(Path.of("x")).withKeep(-1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-jar", "@file", "a b"})
    void shouldRefuseWhatIsNoClass(String name) {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Launch.main(name)).getMessage()
                .contains("'" + name + "'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "io.shop.Shop", "io.shop.Shop$Main", "module/io.shop.Shop", "Größe"})
    void shouldTakeWhatIsOne(String name) {
        assertEquals(name, ((Launch.Main) Launch.main(name)).name());
    }
}
