package io.musher.ops.internal.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** The times in front of lines of output; a class of its own, since other commands need none of what it loads. */
final class LogTime {

    /** As in log files that are decorated. */
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

    private LogTime() {}

    /** {@return a time that the primary has sent, in local time} */
    static String of(String at) {
        return LOCAL.format(Instant.parse(at).atZone(ZoneId.systemDefault()));
    }
}
