package io.musher.ops.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatcherSpecTest {

    private static WatcherSpec spec(List<String> match, List<String> skip) {
        return new WatcherSpec(Duration.ofMillis(100), List.of(), match, skip);
    }

    @ParameterizedTest
    @CsvSource({"**/.git/**, /srv/app/.git/HEAD, true", "**/.git/**, /srv/app/git/HEAD, false",
            "node_modules, /srv/app/node_modules/a/b.js, true", "node_modules, /srv/app/node_modules2/b.js, false",
            "*.log, /srv/app/out.log, true", "*.log, /srv/app/log.js, false", "src/**, /srv/app/src/a/b.js, true",
            "./src, /srv/app/src/a/b.js, true", "/srv/app/*.js, /srv/app/a.js, true",
            "/srv/app/*.js, /srv/a.js, false"})
    void shouldTakePatternsAsGlobs(String pattern, String path, boolean matches) {
        assertEquals(matches, spec(List.of(pattern), List.of()).counts(path));
        assertEquals(!matches, spec(List.of(), List.of(pattern)).counts(path));
    }
}
